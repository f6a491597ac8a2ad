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
 * @throws Error with haproxy's log, where it does not come up
 */
export function startFront(namespace: Namespace, env: FrontEnvironment): Promise<Service> {
  return Service.start(namespace, {
    name: 'haproxy',
    command: 'haproxy',
    args: ['-db', '-f', CONFIGURATION],
    env,
    ports: { tcp: [80, 443] },
  });
}
