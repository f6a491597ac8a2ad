import { type Spread, spreadOf } from '../spread.ts';
import type { ConnectTimes } from './connect-trial.ts';
import type { EventTrial } from './event-trial.ts';
import type { Verdict } from './judge.ts';
import { type BenchEvent, NO_RTC, pairName } from './plan.ts';
import type { PageName, SubjectName } from './subjects.ts';

/** Trials of one event by one subject. Numbers are `null` where too many trials were given up, with the reason. */
export interface EventRow {
  readonly event: string;
  /** The classes of network that talk; it happens to the first. */
  readonly pair: string;
  readonly subject: SubjectName;
  readonly trials: number;
  /** Trials in which messages did not flow again, or not at all. */
  readonly givenUp: number;
  /** The longest silence that a side heard; the outage is part of it. */
  readonly gapP50Ms: number | null;
  readonly gapP95Ms: number | null;
  /** From the end of an outage of everything until both sides had heard something; `null` for events without. */
  readonly backP50Ms: number | null;
  readonly backP95Ms: number | null;
  /** Until messages came over WebRTC again on both sides: from the event, or from the end of the outage. */
  readonly betterP50Ms: number | null;
  readonly betterP95Ms: number | null;
  /** The longest time that a side saw no new frame. */
  readonly mediaGapP50Ms: number | null;
  readonly mediaGapP95Ms: number | null;
  readonly sent: number;
  readonly lost: number;
  readonly repeated: number;
  readonly reordered: number;
  /** Why numbers are missing. */
  readonly reasons: { readonly gap?: string; readonly better?: string; readonly media?: string };
  /** What kept trials from being run to their end; they count for nothing else. */
  readonly errors: readonly string[];
}

/** How long it takes to connect. */
export interface ConnectRow {
  readonly subject: PageName;
  readonly trials: number;
  readonly firstMessageP50Ms: number | null;
  readonly firstMessageP95Ms: number | null;
  readonly directP50Ms: number | null;
  readonly directP95Ms: number | null;
  readonly reasons: { readonly firstMessage?: string; readonly direct?: string };
  readonly errors: readonly string[];
}

/** One of our numbers over the median of somebody else's, trial by trial. */
export interface Ratio extends Spread {
  readonly what: string;
  readonly over: PageName;
}

/** What a series of trials gave. */
export interface Series<Trial> {
  readonly results: readonly Trial[];
  readonly errors: readonly string[];
}

/**
 * A percentile by nearest rank, where what was given up took longer than everything else.
 *
 * @param share 0 to 1
 * @returns to a tenth; `null` where the one at that rank was given up, or there is none
 */
export function percentileOf(values: readonly (number | null)[], share: number): number | null {
  const sorted = values.map((value) => value ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return value === undefined || value === Number.POSITIVE_INFINITY ? null : Math.round(value * 10) / 10;
}

/** Puts the trials of one event by one subject together. @param giveUpMs for the reasons */
export function eventRow(
  { event, pair, outage, hasRtc }: BenchEvent,
  subject: SubjectName,
  { results, errors }: Series<EventTrial>,
  giveUpMs: number,
): EventRow {
  const verdicts = results.map((trial) => (trial.connected ? trial.verdict : undefined));
  const values = (field: keyof Verdict) => verdicts.map((verdict) => verdict?.[field] ?? null);
  const sum = (field: 'sent' | 'lost' | 'repeated' | 'reordered') =>
    verdicts.reduce((so, verdict) => so + (verdict?.[field] ?? 0), 0);
  const gaps = values('gapMs');
  const back = outage === 'everything' ? values('backMs') : [];
  const better = values('betterMs');
  const media = results.map((trial) => (trial.connected && !trial.noMedia ? trial.verdict.mediaGapMs : null));
  return {
    event: event.name,
    pair: pairName(pair),
    subject,
    trials: results.length,
    givenUp: missing(gaps),
    gapP50Ms: percentileOf(gaps, 0.5),
    gapP95Ms: percentileOf(gaps, 0.95),
    backP50Ms: percentileOf(back, 0.5),
    backP95Ms: percentileOf(back, 0.95),
    betterP50Ms: percentileOf(better, 0.5),
    betterP95Ms: percentileOf(better, 0.95),
    mediaGapP50Ms: percentileOf(media, 0.5),
    mediaGapP95Ms: percentileOf(media, 0.95),
    sent: sum('sent'),
    lost: sum('lost'),
    repeated: sum('repeated'),
    reordered: sum('reordered'),
    reasons: {
      ...reason('gap', gapReason(results, gaps, giveUpMs)),
      ...reason('better', hasRtc ? givenUp(better, giveUpMs) : NO_RTC),
      ...reason('media', hasRtc ? mediaReason(results, media, giveUpMs) : NO_RTC),
    },
    errors,
  };
}

/** Puts trials of connecting together. */
export function connectRow(subject: PageName, { results, errors }: Series<ConnectTimes>, giveUpMs: number): ConnectRow {
  const first = results.map(({ firstMs }) => firstMs);
  const direct = subject === 'bare-emit' ? [] : results.map(({ directMs }) => directMs);
  return {
    subject,
    trials: results.length,
    firstMessageP50Ms: percentileOf(first, 0.5),
    firstMessageP95Ms: percentileOf(first, 0.95),
    directP50Ms: percentileOf(direct, 0.5),
    directP95Ms: percentileOf(direct, 0.95),
    reasons: {
      ...reason('firstMessage', givenUp(first, giveUpMs)),
      ...reason('direct', subject === 'bare-emit' ? 'there is no direct path on a socket' : givenUp(direct, giveUpMs)),
    },
    errors,
  };
}

/**
 * Each of our numbers over the median of another's.
 *
 * @returns `undefined` where one of the two has none
 */
export function ratioOf(
  what: string,
  over: PageName,
  ours: readonly (number | null)[],
  theirs: readonly (number | null)[],
): Ratio | undefined {
  const base = percentileOf(theirs, 0.5);
  const numbers = ours.filter((value) => value !== null);
  if (!base || numbers.length === 0) return undefined;
  return { what, over, ...spreadOf(numbers.map((value) => value / base)) };
}

const missing = (values: readonly (number | null)[]): number => values.filter((value) => value === null).length;

/** A field only where there is something to say. */
const reason = <Name extends string>(name: Name, text: string | undefined) =>
  (text === undefined ? {} : { [name]: text }) as { [field in Name]?: string };

const givenUp = (values: readonly (number | null)[], giveUpMs: number): string | undefined =>
  missing(values) > 0 ? `not within ${giveUpMs / 1000} s in ${missing(values)} of ${values.length} trials` : undefined;

function gapReason(
  results: readonly EventTrial[],
  gaps: readonly (number | null)[],
  giveUpMs: number,
): string | undefined {
  const unconnected = results.filter(({ connected }) => !connected).length;
  if (unconnected > 0)
    return `did not connect within ${giveUpMs / 1000} s in ${unconnected} of ${results.length} trials`;
  return givenUp(gaps, giveUpMs);
}

function mediaReason(
  results: readonly EventTrial[],
  media: readonly (number | null)[],
  giveUpMs: number,
): string | undefined {
  const without = results.flatMap((trial) => (trial.connected && trial.noMedia ? [trial.noMedia] : []));
  return without[0] ?? givenUp(media, giveUpMs);
}
