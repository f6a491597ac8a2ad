import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAnypath } from '../anypath.ts';
import { stayAwake } from '../awake.ts';
import { type Child, startChild } from '../child.ts';
import { percentileOf, type Spread, spreadOf } from '../spread.ts';
import { befriend, connect, type Pair, signal } from './clients.ts';
import { type IdleResult, idle } from './idle.ts';

const REFERENCE = fileURLToPath(new URL('./reference.js', import.meta.url));
/** So many that no device comes near its rate limit. */
const PAIRS = 300;
/** Signals on their way at the same time. */
const CONCURRENCY = 8;

/** Signals of each side that are not counted, until V8 has compiled what it will. */
const WARM_UP = 24_000;

/** Turns of both sides in half a round: the machine is faster at one moment than at the next, and both are to have their share of it. */
const TURNS = 10;

/** How much is measured. */
export interface SignallingOptions {
  readonly rounds: number;
  /** Of each round and side. */
  readonly signals: number;
  /** Idle sockets. */
  readonly sockets: number;
}

/** What was measured. Ratios are ours to the reference, round by round. */
export interface SignallingResult {
  /** Processor time of a signal, microseconds. */
  readonly cpu: { readonly ours: Spread; readonly reference: Spread; readonly ratio: Spread };
  /** 99th percentile of the round trip, milliseconds. */
  readonly p99: { readonly ours: Spread; readonly reference: Spread; readonly ratio: Spread };
  readonly idle: IdleResult;
}

/** Signals and idle sockets beside a bare Socket.IO server, in turns; contacts and dedup are on. */
export async function benchSignalling(
  options: SignallingOptions,
  say: (line: string) => void,
): Promise<SignallingResult> {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-bench-'));
  try {
    const signals = await measureSignals(join(folder, 'signals'), options, say);
    return { ...signals, idle: await idle(join(folder, 'idle'), REFERENCE, options.sockets, say) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureSignals(
  folder: string,
  { rounds, signals }: SignallingOptions,
  say: (line: string) => void,
): Promise<Omit<SignallingResult, 'idle'>> {
  const rows: Row[] = [];
  for (let round = 1; round <= rounds; round++) {
    const row = await measureRound(join(folder, String(round)), signals);
    rows.push(row);
    const { ours, reference } = row;
    say(
      `round ${round} of ${rounds}: ${ours.cpu.toFixed(0)} beside ${reference.cpu.toFixed(0)} µs of processor time a signal, p99 ${ours.p99.toFixed(2)} beside ${reference.p99.toFixed(2)} ms`,
    );
  }
  const compare = (what: keyof Measured) => ({
    ours: spreadOf(rows.map((row) => row.ours[what])),
    reference: spreadOf(rows.map((row) => row.reference[what])),
    ratio: spreadOf(rows.map((row) => row.ours[what] / row.reference[what])),
  });
  return { cpu: compare('cpu'), p99: compare('p99') };
}

type Side = 'ours' | 'reference';
type Row = Readonly<Record<Side, Measured>>;

/**
 * Twice with new servers, because what V8 makes of a program differs from process to process; once each side is the first to be started and to
 * be connected to, which costs a server some percent on two processors.
 */
async function measureRound(folder: string, signals: number): Promise<Row> {
  const half = Math.ceil(signals / 2);
  const turns: Record<Side, Turn[]> = { ours: [], reference: [] };
  await takeTurns(join(folder, '1'), half, ['ours', 'reference'], turns);
  await takeTurns(join(folder, '2'), half, ['reference', 'ours'], turns);
  return { ours: together(turns.ours), reference: together(turns.reference) };
}

async function takeTurns(
  folder: string,
  signals: number,
  [first, second]: readonly [Side, Side],
  turns: Record<Side, Turn[]>,
): Promise<void> {
  const names = Array.from({ length: PAIRS }, (_, index): [string, string] => [`caller-${index}`, `callee-${index}`]);
  await using one = await start(first, folder, names);
  await using other = await start(second, folder, names);
  const sides = [
    { side: first, server: one, pairs: await pairsOf(one, names) },
    { side: second, server: other, pairs: await pairsOf(other, names) },
  ];
  for (const { server, pairs } of sides) await measure(server, pairs, WARM_UP);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const { side, server, pairs } of turn % 2 === 0 ? sides : sides.toReversed()) {
      turns[side].push(await measure(server, pairs, Math.ceil(signals / TURNS)));
    }
  }
  for (const { from, to } of sides.flatMap(({ pairs }) => pairs)) for (const socket of [from, to]) socket.disconnect();
}

async function start(side: Side, folder: string, names: readonly [string, string][]): Promise<Child> {
  if (side === 'reference') return startChild(REFERENCE, [], {});
  const ours = await startAnypath(folder, { BEARER_ROUTE_WHITELIST: '^/api/' });
  for (const wallets of names) await befriend(ours, wallets);
  return ours;
}

const pairsOf = ({ url }: Child, names: readonly [string, string][]): Promise<Pair[]> =>
  Promise.all(
    names.map(async (wallets) => ({
      wallets,
      from: await connect(url, wallets[0]),
      to: await connect(url, wallets[1]),
    })),
  );

interface Measured {
  /** Microseconds a signal. */
  readonly cpu: number;
  /** Milliseconds. */
  readonly p99: number;
}

/** Some signals, one after the other: processor time in seconds, round trips in milliseconds. */
interface Turn {
  readonly cpu: number;
  readonly times: readonly number[];
}

function together(turns: readonly Turn[]): Measured {
  const times = turns.flatMap((turn) => turn.times);
  const cpu = turns.reduce((sum, turn) => sum + turn.cpu, 0);
  return { cpu: (cpu / times.length) * 1e6, p99: percentileOf(times, 0.99) };
}

async function measure(server: Child, pairs: readonly Pair[], signals: number): Promise<Turn> {
  using _awake = stayAwake();
  const before = server.cpuSeconds() ?? Number.NaN;
  const times: number[] = [];
  let sent = 0;
  const work = async (lane: number) => {
    for (let turn = lane; sent < signals; turn += CONCURRENCY) {
      sent++;
      const pair = pairs[turn % pairs.length];
      if (pair) times.push(await signal(pair));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, (_, lane) => work(lane)));
  const after = server.cpuSeconds() ?? Number.NaN;
  return { cpu: after - before, times };
}
