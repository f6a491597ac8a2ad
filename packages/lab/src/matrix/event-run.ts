import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '../browser/lab-page.ts';
import type { LabEvent } from './events.ts';
import type { Lab, Station } from './lab.ts';
import type { MatrixOptions } from './matrix.ts';
import { percentiles } from './percentile.ts';
import { clientNames } from './plan.ts';
import { repeat } from './repeat.ts';
import { commonest, type EventRow, isClean, total } from './report.ts';
import { settle, TRIAL, type Trial, trialOf } from './trial.ts';

/** How long the two talk before the event: long enough for their best path. */
const BEFORE_MS = 3_000;
/** And after it, on top of what it takes itself. */
const AFTER_MS = 6_000;

interface EventTrial extends Trial {
  /** The longest silence of either side from the event on. */
  readonly gapMs: number;
}

/** Runs the trials of each event, one after the other: some happen to the servers, and so to everybody. */
export async function runEvents(
  lab: Lab,
  events: readonly LabEvent[],
  { trials, failures, say }: MatrixOptions,
): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  for (const event of events) {
    const names = clientNames(event.pair);
    const [a, b] = [lab.station(names.a), lab.station(names.b)];
    const { results, errors } = await repeat(trials, () => runEvent(lab, event, a, b));
    const row: EventRow = {
      event: event.name,
      ...event.pair,
      trials: results.length + errors.length,
      ...total(results),
      gapMs: percentiles(results.map(({ gapMs }) => gapMs)),
      lastPath: commonest(results.map(({ lastPath }) => lastPath)),
      errors,
    };
    rows.push(row);
    if (!isClean(row)) await lab.describe(join(failures, event.name), results);
    say(
      `${rows.length}/${events.length} ${event.name} ${Math.round(row.gapMs?.p50 ?? 0)} ms${isClean(row) ? '' : ' FAULT'}`,
    );
  }
  return rows;
}

async function runEvent(lab: Lab, event: LabEvent, a: Station, b: Station): Promise<EventTrial> {
  await Promise.all([a.page.waitForPeer(b.name), b.page.waitForPeer(a.name)]);
  await a.page.call(b.name, TRIAL.everyMs);
  await delay(BEFORE_MS);
  const atMs = Date.now();
  const undo = await event.happen(lab, a);
  try {
    await delay(AFTER_MS);
    const [ours, theirs] = await settle(a.page, b.page, TRIAL);
    const gapMs = Math.max(longestSilence(ours, atMs), longestSilence(theirs, atMs));
    return { ...trialOf(ours, theirs), gapMs };
  } finally {
    await undo?.();
    await Promise.all([a.page.hangUp(b.name), b.page.hangUp(a.name)]);
  }
}

/** @param sinceMs Unix milliseconds; a silence that began before it counts in full */
export function longestSilence({ seen }: Pick<Account, 'seen'>, sinceMs: number): number {
  let longest = 0;
  for (let index = 1; index < seen.length; index++) {
    const [before, after] = [seen[index - 1]?.atMs ?? 0, seen[index]?.atMs ?? 0];
    if (after >= sinceMs) longest = Math.max(longest, after - before);
  }
  return longest;
}
