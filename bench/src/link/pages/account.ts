import type { Way } from './subject.ts';

/** A message as it arrived. Times are Unix milliseconds of the machine's one clock. */
export interface Arrival {
  /** From 0. */
  readonly number: number;
  readonly sentAtMs: number;
  readonly atMs: number;
  readonly way: Way;
}

/** What a page sent, heard and saw. */
export interface Account {
  /** When it began the conversation; none on the side that did not. */
  readonly openedAtMs: number | undefined;
  /** When it sent each of its messages. */
  readonly sentAtMs: readonly number[];
  /** How many messages were not taken, of which the application knows. */
  readonly refused: number;
  readonly seen: readonly Arrival[];
  /** The way that messages take, each time that it changed. */
  readonly ways: readonly { readonly way: Way; readonly atMs: number }[];
  /** When each frame of the other side's camera was shown. */
  readonly framesAtMs: readonly number[];
}

/** How far a page is since something happened. */
export interface Progress {
  /** Whether messages that were sent since then come, without pauses. */
  readonly messages: boolean;
  /** Whether one of them came over WebRTC. */
  readonly rtc: boolean;
  /** Whether frames come, without pauses. */
  readonly frames: boolean;
}

/** So long without a pause, and it flows. */
const FLOW_MS = 1_000;
/** Messages come every 20 ms, and frames every 50, where the machine has the time. */
const PAUSE_MS = { messages: 500, frames: 900 };

/** @param sinceMs when it was over @param nowMs both Unix milliseconds */
export function progressOf({ seen, framesAtMs }: Account, sinceMs: number, nowMs: number): Progress {
  const later = seen.filter(({ sentAtMs }) => sentAtMs >= sinceMs);
  const flows = (times: readonly number[], pauseMs: number) => {
    const recent = times.filter((atMs) => atMs > nowMs - FLOW_MS);
    const marks = [nowMs - FLOW_MS, ...recent, nowMs];
    return nowMs - sinceMs > FLOW_MS && marks.every((atMs, index) => atMs - (marks[index - 1] ?? atMs) < pauseMs);
  };
  const arrivals = seen.map(({ atMs }) => atMs);
  return {
    messages: later.length > 0 && flows(arrivals, PAUSE_MS.messages),
    rtc: later.some(({ way }) => way !== 'relay'),
    frames: flows(framesAtMs, PAUSE_MS.frames),
  };
}
