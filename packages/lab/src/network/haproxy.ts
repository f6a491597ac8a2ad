import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Namespace } from './namespace.ts';
import { Service } from './service.ts';

/** The configuration that operators get. */
const CONFIGURATION = fileURLToPath(new URL('../../../../deploy/front/haproxy.cfg', import.meta.url));

/** What the configuration asks its environment for; it explains each. */
export type FrontEnvironment = Readonly<
  Record<'WEB_CERTIFICATE' | 'WEB_BACKEND' | 'TURN_NAME' | 'TURN_TLS_BACKEND' | 'TURN_TCP_BACKEND', string>
>;

/**
 * Starts haproxy, the real one, as the front on ports 443 and 80.
 *
 * @param change of the configuration, where a test needs another than operators get
 * @throws Error with haproxy's log, where it does not come up
 */
export function startFront(
  namespace: Namespace,
  env: FrontEnvironment,
  change: (configuration: string) => string = (configuration) => configuration,
): Promise<Service> {
  mkdirSync(namespace.folder, { recursive: true });
  const file = `${namespace.folder}/haproxy.cfg`;
  writeFileSync(file, change(readFileSync(CONFIGURATION, 'utf8')));
  return Service.start(namespace, {
    name: 'haproxy',
    command: 'haproxy',
    args: ['-db', '-f', file],
    env,
    ports: { tcp: [80, 443] },
  });
}
