import { EVENTS, type LabEvent } from '@anypath/lab/matrix/events';
import type { Pair } from '@anypath/lab/matrix/plan';
import type { PageName } from './subjects.ts';

/** What DESIGN asks for, 95th percentile, milliseconds. */
export interface Marks {
  readonly gapMs?: number;
  readonly betterMs?: number;
  readonly mediaGapMs?: number;
}

/** An event of the lab, as it is measured here. */
export interface BenchEvent {
  readonly event: LabEvent;
  readonly pair: Pair;
  /** What is away for a while and comes back by itself: nothing, something that messages can go without, or everything. */
  readonly outage: 'none' | 'something' | 'everything';
  /** Whether WebRTC connects this pair of networks at all. */
  readonly hasRtc: boolean;
  readonly marks: Marks;
}

const MOVED: Marks = { betterMs: 2_000, mediaGapMs: 3_000 };
/** The path of messages breaks, and nothing else. */
const PATH_DIES: Marks = { ...MOVED, gapMs: 500 };
const NETWORK_CHANGES: Marks = { ...MOVED, gapMs: 1_000 };
const HOMES: Pair = { a: 'home', b: 'home' };

/** Every event that is measured. */
export const BENCH_EVENTS: readonly BenchEvent[] = [
  of('udp-cut', { marks: PATH_DIES }),
  of('address-change-reset', { marks: NETWORK_CHANGES }),
  of('address-change-silent', { marks: NETWORK_CHANGES }),
  of('mappings-forgotten', { marks: NETWORK_CHANGES }),
  of('coturn-restart', { marks: PATH_DIES, outage: 'something' }),
  of('server-restart', { pair: HOMES, outage: 'something' }),
  of('server-restart', { outage: 'everything', hasRtc: false }),
  of('link-away', { outage: 'everything' }),
  of('link-away-10', { outage: 'everything' }),
  of('loss-30', {}),
];

function of(name: string, more: Partial<Omit<BenchEvent, 'event'>>): BenchEvent {
  const event = EVENTS.find((one) => one.name === name);
  if (!event) throw new RangeError(`the lab has no event ${name}`);
  return { event, pair: event.pair, outage: 'none', hasRtc: true, marks: {}, ...more };
}

/** What `--only` understands. */
export const PARTS: readonly string[] = ['connect', ...new Set(BENCH_EVENTS.map(({ event }) => event.name))];

/** What is measured where `--only` is not given: the events that DESIGN names, which take more than an hour. */
export const DEFAULT_PARTS = PARTS.filter((name) => !['link-away', 'loss-30'].includes(name));

/** Why there is neither a better path nor media. */
export const NO_RTC = 'WebRTC does not connect this pair';

/** Why there is no media where nobody wants any. */
export const NO_MEDIA = 'media was left out';

/** @returns such as `home:home` */
export const pairName = ({ a, b }: Pair): string => `${a}:${b}`;

/**
 * The order of trials: each subject's spread evenly over the whole, so that whatever else the machine does meets all of them.
 *
 * @param counts how many of each
 */
export function interleaved<Name extends string>(counts: ReadonlyMap<Name, number>): Name[] {
  const turns = [...counts].flatMap(([name, count]) =>
    Array.from({ length: count }, (_, index) => ({ name, at: (index + 0.5) / count })),
  );
  return turns.sort((a, b) => a.at - b.at).map(({ name }) => name);
}

/** Seconds that a trial takes, about: of ours, and of those of which many are given up. */
const TRIAL_SECONDS = { connect: 4, ours: 11, others: 22 };
const AWAY_SECONDS: Readonly<Record<string, number>> = { 'link-away': 2, 'link-away-10': 10 };

/** @returns about how many seconds a series of trials takes */
export function secondsFor(order: readonly PageName[], event?: BenchEvent): number {
  if (!event) return order.length * TRIAL_SECONDS.connect;
  const awaySeconds = AWAY_SECONDS[event.event.name] ?? 0;
  const each = (name: PageName) => awaySeconds + TRIAL_SECONDS[name === 'anypath' ? 'ours' : 'others'];
  return order.reduce((sum, name) => sum + each(name), 0);
}
