import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What only the machine knows. */
export interface Secrets {
  /** coturn's static-auth-secret: whoever has it may relay. */
  readonly turn: string;
  /** Bearer token with which Prometheus reads the metrics. */
  readonly metrics: string;
  readonly grafana: string;
  readonly mongodb: string;
  readonly redis: string;
}

const SECRET_BYTES = 32;

const secret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** Makes new ones, 256 bits each. */
export const makeSecrets = (): Secrets => ({
  turn: secret(),
  metrics: secret(),
  grafana: secret(),
  mongodb: secret(),
  redis: secret(),
});

/** Where each is written, and what stands before it there. */
const PLACES = {
  turn: ['secrets/server.env', 'TURN_SECRET='],
  metrics: ['secrets/metrics_token', ''],
  grafana: ['secrets/grafana_password', ''],
  mongodb: ['secrets/mongodb_password', ''],
  redis: ['secrets/redis.conf', 'requirepass '],
} as const satisfies Record<keyof Secrets, readonly [string, string]>;

/**
 * Reads the secrets that an earlier run wrote.
 *
 * @param folder the folder of the deployment
 * @returns those that are there
 */
export function readSecrets(folder: string): Partial<Secrets> {
  const found = (Object.keys(PLACES) as (keyof Secrets)[]).map((name) => {
    const [file, before] = PLACES[name];
    const line = linesOf(join(folder, file)).find((text) => text.startsWith(before) && text.length > before.length);
    return [name, line?.slice(before.length)] as const;
  });
  return Object.fromEntries(found.filter(([, text]) => text !== undefined));
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
