import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stayAwake } from '../awake.ts';
import type { SubjectName } from '../link/subjects.ts';
import { type Spread, spreadOf } from '../spread.ts';
import type { ComparePlan } from './plan.ts';
import type { ServerCell } from './result.ts';
import { SERVER_KINDS } from './server-clients.ts';
import type { ServerClient, ServerKind } from './server-kind.ts';

/** The first connections make room in the heap, and do not count. */
const WARM = 500;
const BATCH = 50;
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
    const before = known.get(kind);
    if (before) return before;
    const cpuMs = await orNull(signalTime(kind, join(folder, `${subject}-signals`), plan.signals));
    const sockets = kind.isCostly ? plan.sockets.costly : plan.sockets.each;
    const idleKib = await orNull(idleMemory(kind, join(folder, `${subject}-idle`), sockets));
    const cell = { server: kind.server, sockets, idleKib, cpuMs };
    say(
      `${kind.server}: ${cpuMs?.median.toFixed(0) ?? '–'} ms of processor time for a thousand signals, ${idleKib?.toFixed(1) ?? '–'} KiB an idle connection`,
    );
    known.set(kind, cell);
    return cell;
  }
}

/** A server that fails ends no run of an hour: it has no number. */
async function orNull<Value>(found: Promise<Value>): Promise<Value | null> {
  try {
    return await found;
  } catch (cause) {
    console.error(cause);
    return null;
  }
}

async function idleMemory(kind: ServerKind, folder: string, sockets: number): Promise<number> {
  await using server = await kind.start(folder, sockets + WARM);
  const open = (count: number) => inBatches(count, () => kind.connect(server, `idle-${number++}`));
  let number = 0;
  const all: ServerClient[] = await open(WARM);
  const before = server.residentKib() ?? Number.NaN;
  all.push(...(await open(sockets)));
  const after = server.residentKib() ?? Number.NaN;
  await Promise.all(all.map((client) => client.close()));
  return (after - before) / sockets;
}

/** Makes so many of something, some at a time. */
async function inBatches<Item>(count: number, make: (index: number) => Promise<Item>): Promise<Item[]> {
  const items: Item[] = [];
  while (items.length < count) {
    const size = Math.min(BATCH, count - items.length);
    items.push(...(await Promise.all(Array.from({ length: size }, (_, at) => make(items.length + at)))));
  }
  return items;
}

/** Milliseconds of processor time for a thousand signals; the first round warms up. */
async function signalTime(kind: ServerKind, folder: string, { rounds, each }: ComparePlan['signals']): Promise<Spread> {
  await using server = await kind.start(folder, 2 * PAIRS);
  const connect = async (index: number) => {
    const [one, other] = [kind.connect(server, `caller-${index}`), kind.connect(server, `callee-${index}`)];
    const pair = [await one, await other] as const;
    await kind.introduce(server, pair);
    return pair;
  };
  const pairs = await inBatches(PAIRS, connect);
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const before = server.cpuSeconds() ?? Number.NaN;
    await signalAll(kind, pairs, each);
    const after = server.cpuSeconds() ?? Number.NaN;
    if (round > 0) times.push(((after - before) * 1_000 * 1_000) / each);
  }
  await Promise.all(pairs.flat().map((client) => client.close()));
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
