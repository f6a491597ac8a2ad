import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Ports } from '../network/listening.ts';
import type { Namespace } from '../network/namespace.ts';
import { Service } from '../network/service.ts';

/** The folder that operators get. */
export const DEPLOY = fileURLToPath(new URL('../../../../deploy', import.meta.url));
const MAIN = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));

/** What is read of a service of `deploy/compose.yaml`. */
interface ComposedService {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A deployment that `anypath init` wrote, on one machine of a lab. */
export interface Composed {
  readonly namespace: Namespace;
  /** The address that stands for every one of the network of containers. */
  readonly address: string;
  /** With `secrets/` and `state/` in it. */
  readonly folder: string;
  /** For `${…}` in the file: what `.env` says. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Starts a service of `deploy/compose.yaml` as a process: its entry point, command and environment, with the paths and
 * addresses of containers put where they are on this machine. The image is Debian's package.
 *
 * @param name of the service there
 * @param ports that are open when it is ready
 * @param env beside what the file says
 */
export function startComposed(
  deployment: Composed,
  name: string,
  ports: Ports,
  env: Readonly<Record<string, string>> = {},
): Promise<Service> {
  const { services } = parse(readFileSync(`${DEPLOY}/compose.yaml`, 'utf8'), { merge: true }) as {
    services: Record<string, ComposedService>;
  };
  const service = services[name];
  if (service === undefined) throw new Error(`${name} is no service of compose.yaml`);
  const [command = '', ...args] = [...service.entrypoint, ...service.command].map((text) => here(deployment, text));
  const said = Object.entries(service.environment ?? {}).map(([key, text]) => [key, here(deployment, text)]);
  mkdirSync(`${deployment.folder}/run`, { recursive: true });
  return Service.start(deployment.namespace, {
    name,
    command,
    args,
    env: { ...Object.fromEntries(said), ...env },
    ports,
  });
}

/** A text of the file as this machine has it. */
export function here({ address, folder, variables }: Composed, text: string): string {
  return text
    .replace(/\$\{(\w+)(?::[?-][^}]*)?\}/g, (_whole, variable: string) => variables[variable] ?? '')
    .replaceAll('/opt/anypath', DEPLOY)
    .replace(/\/certificates(?=\/|$)/gm, `${folder}/state/certificates`)
    .replaceAll('/run/secrets', `${folder}/secrets`)
    .replaceAll('/run/coturn', `${folder}/run`)
    .replace(/^\/data$/, `${folder}/state/data`)
    .replace('/usr/local/etc/haproxy', `${DEPLOY}/front`)
    .replace('packages/cli/dist/main.js', MAIN)
    .replace(/\b172\.31\.250\.\d+\b/, address);
}
