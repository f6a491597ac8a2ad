import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stayAwake } from '../awake.ts';
import type { SubjectName } from '../link/subjects.ts';
import { type Spread, spreadOf } from '../spread.ts';
import type { ComparePlan } from './plan.ts';
import type { ServerCell } from './result.ts';
import { SERVER_KINDS, type ServerClient, type ServerKind } from './server-clients.ts';

/** The first connections make room in the heap, and do not count. */
const WARM = 500;
const BATCH = 100;
/** So many that no device comes near its rate limit. */
const PAIRS = 150;
/** Signals on their way at the same time. */
const CONCURRENCY = 8;

/** Weighs the server of each subject: idle connections, and the processor time of signals. What two subjects share is measured once. */
export async function weighServers(plan: ComparePlan, say: (line: string) => void): Promise<ServerCell[]> {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-compare-'));
  const known = new Map<ServerKind, Omit<ServerCell, 'subject'>>();
  const cells: ServerCell[] = [];
  try {
    for (const subject of plan.subjects) cells.push({ subject, ...(await cellOf(subject)) });
    return cells;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }

  async function cellOf(subject: SubjectName): Promise<Omit<ServerCell, 'subject'>> {
    const kind = SERVER_KINDS[subject];
    if ('reason' in kind) return { server: subject, sockets: 0, idleKib: null, cpuMs: null, reason: kind.reason };
    const before = known.get(kind);
    if (before) return before;
    const cpuMs = await signalTime(kind, join(folder, `${subject}-signals`), plan.signals);
    const idleKib = await idleMemory(kind, join(folder, `${subject}-idle`), plan.sockets);
    const cell = { server: kind.server, sockets: plan.sockets, idleKib, cpuMs };
    say(
      `${kind.server}: ${cpuMs.median.toFixed(0)} ms of processor time for a thousand signals, ${idleKib.toFixed(1)} KiB an idle connection`,
    );
    known.set(kind, cell);
    return cell;
  }
}

async function idleMemory(kind: ServerKind, folder: string, sockets: number): Promise<number> {
  await using server = await kind.start(folder, sockets + WARM);
  const all: ServerClient[] = [];
  const open = async (upTo: number) => {
    while (all.length < upTo) {
      const names = Array.from({ length: Math.min(BATCH, upTo - all.length) }, (_, at) => `idle-${all.length + at}`);
      all.push(...(await Promise.all(names.map((name) => kind.connect(server, name)))));
    }
  };
  await open(WARM);
  const before = server.residentKib() ?? Number.NaN;
  await open(WARM + sockets);
  const after = server.residentKib() ?? Number.NaN;
  for (const client of all) client.close();
  return (after - before) / sockets;
}

/** Milliseconds of processor time for a thousand signals; the first round warms up. */
async function signalTime(kind: ServerKind, folder: string, { rounds, each }: ComparePlan['signals']): Promise<Spread> {
  await using server = await kind.start(folder, 2 * PAIRS);
  const pairs: (readonly [ServerClient, ServerClient])[] = [];
  for (let index = 0; index < PAIRS; index++) {
    const pair = [
      await kind.connect(server, `caller-${index}`),
      await kind.connect(server, `callee-${index}`),
    ] as const;
    await kind.introduce(server, pair);
    pairs.push(pair);
  }
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const before = server.cpuSeconds() ?? Number.NaN;
    await signalAll(kind, pairs, each);
    const after = server.cpuSeconds() ?? Number.NaN;
    if (round > 0) times.push(((after - before) * 1_000 * 1_000) / each);
  }
  for (const pair of pairs) for (const client of pair) client.close();
  return spreadOf(times);
}

/** Each lane has pairs of its own, so that no two signals are on their way to one client. */
async function signalAll(
  kind: ServerKind,
  pairs: readonly (readonly [ServerClient, ServerClient])[],
  count: number,
): Promise<void> {
  using _awake = stayAwake();
  let sent = 0;
  const lane = async (first: number) => {
    for (let turn = first; sent < count; turn += CONCURRENCY) {
      if (turn >= pairs.length) turn = first;
      sent++;
      const [from, to] = pairs[turn] ?? [];
      if (from && to) await kind.signal(from, to);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, (_, index) => lane(index)));
}
