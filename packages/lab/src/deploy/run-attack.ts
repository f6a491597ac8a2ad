import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Client } from '../network/client.ts';

const MAIN = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));
/** The attack's own deadline is 45 s; what is beyond is a hang. */
const HANG_MS = 60_000;

/** What of the report the lab reads. */
const Report = v.looseObject({
  tried: v.number(),
  through: v.array(v.string()),
  unknown: v.array(v.string()),
  rows: v.array(v.looseObject({ attack: v.string(), subject: v.string(), outcome: v.string(), detail: v.string() })),
});

/** What an attack found, and what it ended with. */
export interface Attacked extends Pick<v.InferOutput<typeof Report>, 'tried' | 'through' | 'unknown'> {
  /** What did not get through, with the answer of the server. */
  readonly withstood: readonly string[];
  readonly exitStatus: number | null;
}

/**
 * Runs the built attack from a client's computer against the TURN server of a lab.
 *
 * @param secret the server's
 * @throws Error with what it printed, where that is no report or it hangs
 */
export function runAttack(client: Client, host: string, tlsPort: number, secret: string): Promise<Attacked> {
  const args = [MAIN, 'turn', 'attack', host, '--tls-ports', String(tlsPort), '--json'];
  const child = client.spawn(process.execPath, args, { env: { ...process.env, TURN_SECRET: secret } });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitStatus) => {
      clearTimeout(timer);
      const text = Buffer.concat(output).toString();
      try {
        const { tried, through, unknown, rows } = v.parse(Report, JSON.parse(text));
        const withstood = rows
          .filter(({ outcome }) => outcome !== 'through')
          .map(({ attack, subject, detail }) => `${attack} ${subject}: ${detail}`);
        resolve({ tried, through, unknown, withstood, exitStatus });
      } catch {
        reject(new Error(`no report of the attack: ${text.slice(0, 500)}${Buffer.concat(errors)}`));
      }
    });
  });
}
