import { mkdirSync, writeFileSync } from 'node:fs';
import type { Ports } from './listening.ts';
import type { Namespace } from './namespace.ts';
import { Service } from './service.ts';

/** What the lab decides itself, so that coturn's log is seen and its files go with the lab. */
const OWN_LINES = /^\s*(log-file|syslog|pidfile|userdb|simple-log|no-stdout-log|new-log-timestamp)\b.*$/gm;

/**
 * Starts coturn, the real one.
 *
 * @param configuration the text of a `turnserver.conf`; where it says where logs and databases go, the lab overrules it
 * @throws Error with coturn's log, where it does not come up
 */
export function startCoturn(namespace: Namespace, configuration: string): Promise<Service> {
  const { folder } = namespace;
  mkdirSync(folder, { recursive: true });
  const own = ['log-file=stdout', 'simple-log', `pidfile=${folder}/coturn.pid`, `userdb=${folder}/coturn.sqlite`];
  const file = `${folder}/turnserver.conf`;
  writeFileSync(file, `${configuration.replace(OWN_LINES, '')}\n${own.join('\n')}\n`);
  return Service.start(namespace, {
    name: 'coturn',
    command: 'turnserver',
    args: ['-c', file],
    ports: portsOf(configuration),
  });
}

/** The ports that coturn opens, without those of `aux-server`. */
function portsOf(configuration: string): Ports {
  const says = (setting: string) => new RegExp(`^\\s*${setting}\\b`, 'm').test(configuration);
  const plain = numberIn(configuration, 'listening-port') ?? 3478;
  const tls = numberIn(configuration, 'tls-listening-port') ?? 5349;
  const behindProxy = numberIn(configuration, 'tcp-proxy-port');
  const udp = says('no-udp') ? [] : [plain];
  // With the PROXY protocol on, coturn 4.6 opens no other port for TCP.
  if (behindProxy !== undefined) return { udp, tcp: [behindProxy] };
  return { udp, tcp: [...(says('no-tcp') ? [] : [plain]), ...(says('cert') && !says('no-tls') ? [tls] : [])] };
}

function numberIn(configuration: string, setting: string): number | undefined {
  const value = new RegExp(`^\\s*${setting}=(\\d+)`, 'm').exec(configuration)?.[1];
  return value === undefined ? undefined : Number(value);
}
