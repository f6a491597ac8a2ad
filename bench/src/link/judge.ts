import { type Counts, countsOf } from '@anypath/lab/matrix/trial';
import type { Account } from './pages/account.ts';

/** When something happened, Unix milliseconds. */
export interface Happening {
  readonly startMs: number;
  /** It is in force, or over where it was an outage. */
  readonly doneMs: number;
  /** The watch ended. */
  readonly endMs: number;
  /** From when on a better path counts as missing. */
  readonly missingFromMs: number;
}

/** What became of a conversation; `null`: it was given up. */
export interface Verdict extends Omit<Counts, 'delivered'> {
  /** The longest silence that either side heard, milliseconds. */
  readonly gapMs: number | null;
  /** From when the event was over until both sides had heard something. */
  readonly backMs: number | null;
  /** Until messages that were sent after the event came over WebRTC on both sides. */
  readonly betterMs: number | null;
  /** The longest time that either side saw no new frame. */
  readonly mediaGapMs: number | null;
}

/** Silence that lasts at the end of the watch: from here on it is not over. */
const STILL_MS = 1_000;

/**
 * The longest silence since something happened.
 *
 * @param atMs when something was heard, in order
 * @param fromMs a silence that began before counts in full
 * @param untilMs the end of the watch
 * @returns milliseconds, or `null` where it is not over, or nothing was heard ever
 */
export function silenceOf(atMs: readonly number[], fromMs: number, untilMs: number): number | null {
  const last = atMs.at(-1);
  if (last === undefined || untilMs - last >= STILL_MS) return null;
  let longest = 0;
  for (const [index, at] of atMs.entries()) {
    const before = atMs[index - 1];
    if (before !== undefined && at >= fromMs) longest = Math.max(longest, at - before);
  }
  return longest;
}

/** Judges a conversation by what both sides have noted. */
export function judge(a: Account, b: Account, { startMs, doneMs, endMs, missingFromMs }: Happening): Verdict {
  const [forth, back] = [countsOf(sentBy(a), b), countsOf(sentBy(b), a)];
  const arrivals = [a, b].map(({ seen }) => seen.map(({ atMs }) => atMs));
  const frames = [a, b].map(({ framesAtMs }) => framesAtMs);
  const silences = (series: readonly (readonly number[])[]) =>
    worst(series.map((atMs) => silenceOf(upTo(atMs, endMs), startMs, endMs)));
  return {
    gapMs: silences(arrivals),
    backMs: since(
      arrivals.map((atMs) => atMs.find((at) => at >= doneMs)),
      doneMs,
    ),
    betterMs: since(
      [a, b].map((side) => firstOverRtc(side, doneMs)),
      missingFromMs,
    ),
    mediaGapMs: silences(frames),
    sent: forth.sent + back.sent,
    lost: forth.lost + back.lost,
    repeated: forth.repeated + back.repeated,
    reordered: forth.reordered + back.reordered,
  };
}

const sentBy = ({ sentAtMs }: Account) => ({ sent: sentAtMs.length });

/** What is still on its way when the talk ends comes later, and says nothing of silence. */
const upTo = (atMs: readonly number[], endMs: number) => atMs.filter((at) => at <= endMs);

const firstOverRtc = ({ seen }: Account, sinceMs: number): number | undefined =>
  seen.find(({ sentAtMs, way }) => sentAtMs >= sinceMs && way !== 'relay')?.atMs;

const since = (atMs: readonly (number | undefined)[], fromMs: number): number | null =>
  worst(atMs.map((at) => (at === undefined ? null : Math.max(0, at - fromMs))));

/** Both sides have to be served. */
function worst(values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === values.length ? Math.max(...numbers) : null;
}
