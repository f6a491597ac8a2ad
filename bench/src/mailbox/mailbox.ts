import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Spread, spreadOf } from '../spread.ts';
import { type DrainResult, drain } from './drain.ts';
import { type OneResult, oneAtATime } from './one.ts';
import { bareBatches, inProcess, type Measured } from './senders.ts';
import { overHttp, overSockets } from './server.ts';

/** How much is measured. */
export interface MailboxOptions {
  readonly rounds: number;
  /** Of each round and side. */
  readonly messages: number;
  /** That are drained. */
  readonly drained: number;
}

/** What was measured; rates are messages a second. */
export interface MailboxResult {
  /** The mailbox with all its checks, beside bare batches of SQLite, round by round. */
  readonly ours: Spread;
  readonly reference: Spread;
  readonly ratio: Spread;
  /** Messages that shared one sync, in the middle of the rounds. */
  readonly perSync: number;
  readonly sockets: Spread;
  readonly http: Spread;
  readonly one: OneResult;
  readonly drain: DrainResult;
}

/** The mailbox beside what its disk and its store do by themselves, in turns. */
export async function benchMailbox(options: MailboxOptions, say: (line: string) => void): Promise<MailboxResult> {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-bench-'));
  const sub = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };
  try {
    const rows: { ours: Measured; reference: Measured }[] = [];
    // The first round warms both sides up.
    for (let round = 0; round <= options.rounds; round++) {
      const row = {
        ours: await inProcess(sub(`ours-${round}`), options.messages),
        reference: bareBatches(sub(`reference-${round}`), options.messages),
      };
      if (round === 0) continue;
      rows.push(row);
      say(
        `round ${round} of ${options.rounds}: ${row.ours.rate.toFixed(0)} beside ${row.reference.rate.toFixed(0)} messages a second, ${row.ours.perSync.toFixed(0)} to a sync`,
      );
    }
    const one = await oneAtATime(sub('one'), options.rounds, say);
    return {
      ours: spreadOf(rows.map(({ ours }) => ours.rate)),
      reference: spreadOf(rows.map(({ reference }) => reference.rate)),
      ratio: spreadOf(rows.map(({ ours, reference }) => ours.rate / reference.rate)),
      perSync: spreadOf(rows.map(({ ours }) => ours.perSync)).median,
      sockets: spreadOf(await overSockets(sub('sockets'), options, say)),
      http: spreadOf(await overHttp(sub('http'), options, say)),
      one,
      drain: await drain(sub('drain'), options.drained, say),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
