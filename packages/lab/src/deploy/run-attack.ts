import * as v from 'valibot';
import { cliReport } from '../network/cli-report.ts';
import type { Client } from '../network/client.ts';

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
export async function runAttack(client: Client, host: string, tlsPort: number, secret: string): Promise<Attacked> {
  const args = ['turn', 'attack', host, '--tls-ports', String(tlsPort), '--json'];
  const run = { args, env: { ...process.env, TURN_SECRET: secret }, hangMs: HANG_MS };
  const { report, exitStatus } = await cliReport(client, run, (json) => v.parse(Report, json));
  const { tried, through, unknown, rows } = report;
  const withstood = rows
    .filter(({ outcome }) => outcome !== 'through')
    .map(({ attack, subject, detail }) => `${attack} ${subject}: ${detail}`);
  return { tried, through, unknown, withstood, exitStatus };
}
