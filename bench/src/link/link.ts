import { clientNames, clientsOf, type Pair } from '@anypath/lab/matrix/plan';
import { type ConnectTimes, type ConnectTrial, runConnectTrial } from './connect-trial.ts';
import { type EventTrial, messageOf, runEventTrial } from './event-trial.ts';
import { LinkLab, ROUND_TRIP_MS } from './link-lab.ts';
import { BENCH_EVENTS, type BenchEvent, interleaved, pairName, secondsFor } from './plan.ts';
import { OTHERS, type PageName, type SubjectName } from './subjects.ts';
import { type ConnectRow, connectRow, type EventRow, eventRow, type Ratio, ratioOf, type Series } from './summary.ts';

/** How much is measured. */
export interface LinkOptions {
  /** Of anypath, for connecting and for each event. */
  readonly trials: number;
  /** Of each of the others. */
  readonly others: number;
  /** `connect` and names of events. */
  readonly only: readonly string[];
  readonly subjects: readonly SubjectName[];
  readonly media: boolean;
  /** Whether `runs` carry what anypath wrote down of each event. */
  readonly traces?: boolean | undefined;
  readonly giveUpMs: number;
}

/** One trial, for whoever looks closer. */
export interface Run {
  readonly part: string;
  readonly subject: PageName;
  /** Unix milliseconds. */
  readonly startedAtMs: number;
  readonly found: ConnectTrial | EventTrial | { readonly error: string };
}

/** What was measured. */
export interface LinkResult {
  /** On the line of each client, to a server and back. */
  readonly roundTripMs: number;
  readonly giveUpMs: number;
  readonly tookSeconds: number;
  readonly connect: readonly ConnectRow[];
  readonly events: readonly EventRow[];
  readonly ratios: readonly Ratio[];
  readonly runs: readonly Run[];
}

type Say = (line: string) => void;

const HOMES: Pair = { a: 'home', b: 'home' };
/** A subject that did not connect so many times, one after the other, is not tried any more in that event. */
const HOPELESS = 2;

/** The link beside a minimal page and PeerJS, trial by trial in turns, on lines with delay. */
export async function benchLink(options: LinkOptions, say: Say): Promise<LinkResult> {
  const startedMs = performance.now();
  const events = BENCH_EVENTS.filter(({ event }) => options.only.includes(event.name));
  const doesConnect = options.only.includes('connect');
  const seconds = events.map((event) => secondsFor(eventOrder(options), event));
  const total = seconds.reduce((sum, each) => sum + each, doesConnect ? secondsFor(connectOrder(options)) : 0);
  say(`About ${Math.ceil(total / 60)} minutes.`);
  const pairs = [...(doesConnect ? [HOMES] : []), ...events.map(({ pair }) => pair)];
  await using lab = await LinkLab.open(
    clientsOf(pairs),
    doesConnect ? ['bare-emit', ...options.subjects] : options.subjects,
  );
  const bench: Bench = { lab, options, say, runs: [], ratios: [] };
  const connect = doesConnect ? await benchConnect(bench) : [];
  const rows: EventRow[] = [];
  for (const event of events) rows.push(...(await benchEvent(bench, event)));
  const { runs, ratios } = bench;
  const tookSeconds = Math.round((performance.now() - startedMs) / 1000);
  const { giveUpMs } = options;
  return { roundTripMs: ROUND_TRIP_MS, giveUpMs, tookSeconds, connect, events: rows, ratios, runs };
}

interface Bench {
  readonly lab: LinkLab;
  readonly options: LinkOptions;
  readonly say: Say;
  readonly runs: Run[];
  readonly ratios: Ratio[];
}

const trialsOf = ({ trials, others }: LinkOptions, name: PageName): number => (name === 'anypath' ? trials : others);

const eventOrder = (options: LinkOptions): SubjectName[] =>
  interleaved(new Map(options.subjects.map((name) => [name, trialsOf(options, name)])));

/** A bare emit takes no time, so there are as many of them as of ours. */
const connectOrder = (options: LinkOptions): PageName[] =>
  interleaved(
    new Map<PageName, number>([
      ['bare-emit', options.trials],
      ...options.subjects.map((name) => [name, trialsOf(options, name)] as const),
    ]),
  );

async function benchConnect(bench: Bench): Promise<ConnectRow[]> {
  const { lab, options, ratios } = bench;
  const stations = stationsOf(lab, HOMES);
  const series = await runSeries(bench, 'connect', connectOrder(options), {
    run: (name) => runConnectTrial(lab, name, stations, options.giveUpMs),
    tell: ({ firstMs, directMs }) =>
      `first message ${ms(firstMs)}, direct path ${directMs === null ? 'none' : ms(directMs)}`,
    isHopeless: ({ firstMs }) => firstMs === null,
  });
  const times = (name: PageName, field: keyof ConnectTimes) =>
    series.get(name)?.results.map((trial) => trial[field]) ?? [];
  const compare = (what: string, over: PageName, field: keyof ConnectTimes) =>
    ratioOf(what, over, times('anypath', field), times(over, field));
  push(ratios, compare('first message', 'bare-emit', 'firstMs'));
  for (const name of OTHERS) {
    push(ratios, compare('first message', name, 'firstMs'));
    push(ratios, compare('direct path', name, 'directMs'));
  }
  return [...series].map(([name, trials]) => connectRow(name, trials, options.giveUpMs));
}

async function benchEvent(bench: Bench, event: BenchEvent): Promise<EventRow[]> {
  const { lab, options, ratios } = bench;
  const stations = stationsOf(lab, event.pair);
  const part = `${event.event.name} ${pairName(event.pair)}`;
  const series = await runSeries(bench, part, eventOrder(options), {
    run: (name) => runEventTrial(lab, name, event, stations, options),
    tell: tellEvent,
    isHopeless: ({ connected }) => !connected,
  });
  const gaps = (name: SubjectName, field: 'gapMs' | 'mediaGapMs') =>
    series.get(name)?.results.map((trial) => (trial.connected ? trial.verdict[field] : null)) ?? [];
  for (const name of OTHERS) {
    push(ratios, ratioOf(`${part}, gap`, name, gaps('anypath', 'gapMs'), gaps(name, 'gapMs')));
    push(ratios, ratioOf(`${part}, media gap`, name, gaps('anypath', 'mediaGapMs'), gaps(name, 'mediaGapMs')));
  }
  return [...series].map(([name, trials]) => eventRow(event, name, trials, options.giveUpMs));
}

function tellEvent(trial: EventTrial): string {
  if (!trial.connected) return 'did not connect';
  const { gapMs, betterMs, mediaGapMs, lost, repeated, reordered } = trial.verdict;
  const media = trial.noMedia ?? ms(mediaGapMs);
  return `gap ${ms(gapMs)}, better path ${ms(betterMs)}, media ${media}; ${lost} lost, ${repeated} repeated, ${reordered} reordered`;
}

function stationsOf(lab: LinkLab, pair: Pair) {
  const names = clientNames(pair);
  return { a: lab.station(names.a), b: lab.station(names.b) };
}

interface SeriesPlan<Name extends PageName, Trial extends Run['found']> {
  run(name: Name): Promise<Trial>;
  /** In words. */
  tell(trial: Trial): string;
  /** Whether more trials of that kind are a waste of time. */
  isHopeless(trial: Trial): boolean;
}

/** Runs trials in turns; one that fails does not stop those after it. */
async function runSeries<Name extends PageName, Trial extends Run['found']>(
  { runs, say }: Bench,
  part: string,
  order: readonly Name[],
  { run, tell, isHopeless }: SeriesPlan<Name, Trial>,
): Promise<ReadonlyMap<Name, Series<Trial>>> {
  const series = new Map<Name, { results: Trial[]; errors: string[] }>();
  for (const [index, subject] of order.entries()) {
    const mine = series.get(subject) ?? { results: [], errors: [] };
    series.set(subject, mine);
    const last = mine.results.slice(-HOPELESS);
    if (last.length === HOPELESS && last.every(isHopeless)) continue;
    const startedAtMs = Date.now();
    const head = `${part} ${index + 1}/${order.length}, ${subject}`;
    try {
      const found = await run(subject);
      mine.results.push(found);
      runs.push({ part, subject, startedAtMs, found });
      say(`${head}: ${tell(found)} (${seconds(startedAtMs)} s)`);
    } catch (cause) {
      const error = messageOf(cause);
      mine.errors.push(error);
      runs.push({ part, subject, startedAtMs, found: { error } });
      say(`${head}: did not end: ${error}`);
    }
  }
  return series;
}

function push<Item>(list: Item[], item: Item | undefined): void {
  if (item !== undefined) list.push(item);
}

const ms = (value: number | null): string => (value === null ? 'given up' : `${Math.round(value)} ms`);
const seconds = (sinceMs: number): string => ((Date.now() - sinceMs) / 1000).toFixed(0);
