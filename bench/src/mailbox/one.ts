import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { percentileOf, type Spread, spreadOf } from '../spread.ts';
import { BODY, messageFor, openMailbox } from './senders.ts';

const sync = promisify(fdatasync);
/** In a round, of each side. */
const EACH = 1_000;

/** Milliseconds, 99th percentile, round by round. */
export interface OneResult {
  readonly ours: Spread;
  /** A write of the message and a sync, in the same folder. */
  readonly disk: Spread;
  readonly ratio: Spread;
}

/** One message after the other, beside the disk's own sync of as many bytes. */
export async function oneAtATime(folder: string, rounds: number, say: (line: string) => void): Promise<OneResult> {
  const { mailbox, close } = await openMailbox(folder, [['from', 'to']]);
  const fd = openSync(join(folder, 'disk'), 'w');
  const rows: { ours: number; disk: number }[] = [];
  let sent = 0;
  for (let round = 0; round <= rounds; round++) {
    const times = { ours: [] as number[], disk: [] as number[] };
    // In turns, so that whatever else the disk does meets both.
    for (let index = 0; index < EACH; index++) {
      const sender = { wallet: 'from', keyId: messageFor('to', 0).keys[0], rtc: true };
      times.ours.push(await timed(() => mailbox.enqueue(sender, messageFor('to', sent++))));
      times.disk.push(
        await timed(async () => {
          writeSync(fd, BODY);
          await sync(fd);
        }),
      );
    }
    if (round === 0) continue;
    const row = { ours: percentileOf(times.ours, 0.99), disk: percentileOf(times.disk, 0.99) };
    rows.push(row);
    say(
      `round ${round} of ${rounds}: p99 of one message ${row.ours.toFixed(2)} ms, of one sync ${row.disk.toFixed(2)} ms`,
    );
  }
  closeSync(fd);
  await close();
  return {
    ours: spreadOf(rows.map(({ ours }) => ours)),
    disk: spreadOf(rows.map(({ disk }) => disk)),
    ratio: spreadOf(rows.map(({ ours, disk }) => ours / disk)),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}
