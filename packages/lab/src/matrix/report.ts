import type { Path } from '@anypath/client';
import { type Percentiles, percentiles } from './percentile.ts';
import type { BrowserName, ClassName, Pair } from './plan.ts';
import type { Counts, Trial } from './trial.ts';

/** All trials of one pair of classes. */
export interface PairRow extends Counts {
  readonly a: ClassName;
  readonly b: ClassName;
  readonly browserA: BrowserName;
  readonly browserB: BrowserName;
  readonly trials: number;
  /** The path of most trials. */
  readonly firstPath: Path;
  readonly bestPath: Path;
  /** The path when the talk ended, five seconds after it began. */
  readonly lastPath: Path;
  readonly msToFirst: Percentiles | undefined;
  readonly msToBest: Percentiles | undefined;
  /** What kept trials from being finished. */
  readonly errors: readonly string[];
}

/** All trials of one event in one pair. */
export interface EventRow extends Counts {
  readonly a: ClassName;
  readonly b: ClassName;
  readonly event: string;
  readonly trials: number;
  /** The longest silence that a receiver saw after the event, milliseconds. */
  readonly gapMs: Percentiles | undefined;
  readonly lastPath: Path;
  readonly errors: readonly string[];
}

/** What a run of the lab found out. */
export interface LabReport {
  readonly pairs: readonly PairRow[];
  readonly events: readonly EventRow[];
}

/** Whether every message of a row arrived, once and in order. */
export const isClean = ({ lost, repeated, reordered, errors }: Counts & { errors: readonly string[] }): boolean =>
  lost + repeated + reordered + errors.length === 0;

/** Puts the trials of a pair together. */
export function pairRow(
  pair: Pair,
  browsers: { readonly a: BrowserName; readonly b: BrowserName },
  trials: readonly Trial[],
  errors: readonly string[],
): PairRow {
  return {
    a: pair.a,
    b: pair.b,
    browserA: browsers.a,
    browserB: browsers.b,
    trials: trials.length + errors.length,
    ...total(trials),
    firstPath: commonest(trials.map(({ firstPath }) => firstPath)),
    bestPath: commonest(trials.map(({ bestPath }) => bestPath)),
    lastPath: commonest(trials.map(({ lastPath }) => lastPath)),
    msToFirst: percentiles(trials.map(({ msToFirst }) => msToFirst)),
    msToBest: percentiles(trials.map(({ msToBest }) => msToBest)),
    errors,
  };
}

/** Adds up what became of messages. */
export function total(rows: readonly Counts[]): Counts {
  const sum = (field: keyof Counts) => rows.reduce((so, row) => so + row[field], 0);
  return {
    sent: sum('sent'),
    delivered: sum('delivered'),
    lost: sum('lost'),
    repeated: sum('repeated'),
    reordered: sum('reordered'),
  };
}

/** The path that comes up most often. */
export function commonest(paths: readonly Path[]): Path {
  const count = (path: Path) => paths.filter((other) => other === path).length;
  return paths.reduce((so, path) => (count(path) > count(so) ? path : so), paths[0] ?? 'none');
}
