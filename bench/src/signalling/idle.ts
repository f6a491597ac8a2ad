import { PATHS } from '@anypath/protocol';
import type { Socket } from 'socket.io-client';
import { startAnypath } from '../anypath.ts';
import { type Child, startChild } from '../child.ts';
import { connect, started } from './clients.ts';

/** What idle sockets cost. */
export interface IdleResult {
  readonly sockets: number;
  /** Resident memory of a socket, KiB. */
  readonly ours: number;
  readonly reference: number;
  readonly ratio: number;
  /** All of them come back at once. */
  readonly storm: {
    readonly refused: number;
    /** Until the last one was back. */
    readonly seconds: number;
    /** 99th percentile of the server's event-loop delay meanwhile, milliseconds. */
    readonly loopP99Ms: number;
  };
}

/** The first ones make room in the heap, and do not count. */
const WARM = 1_000;
const BATCH = 100;

/** Connects many sockets to both sides, and then has all of ours come back at once. */
export async function idle(
  folder: string,
  referenceFile: string,
  sockets: number,
  say: (line: string) => void,
): Promise<IdleResult> {
  const reference = await measureReference(referenceFile, sockets);
  say(`${sockets} idle sockets of bare Socket.IO: ${reference.toFixed(1)} KiB each`);
  await using ours = await startAnypath(folder, {});
  const { all, kib } = await hold(ours, sockets);
  say(`${sockets} idle sockets of anypath: ${kib.toFixed(1)} KiB each`);
  const storm = await reconnect(ours, all);
  say(`${sockets} sockets back after ${storm.seconds.toFixed(1)} s, ${storm.refused} refused`);
  for (const socket of all) socket.disconnect();
  return { sockets, ours: kib, reference, ratio: kib / reference, storm };
}

async function measureReference(file: string, sockets: number): Promise<number> {
  await using server = await startChild(file, [], {});
  const { all, kib } = await hold(server, sockets);
  for (const socket of all) socket.disconnect();
  return kib;
}

/** @returns the sockets, and what each takes */
async function hold(server: Child, sockets: number): Promise<{ all: Socket[]; kib: number }> {
  const all: Socket[] = [];
  const open = async (upTo: number) => {
    while (all.length < upTo) {
      const count = Math.min(BATCH, upTo - all.length);
      const wallets = Array.from({ length: count }, (_, index) => `idle-${all.length + index}`);
      all.push(...(await Promise.all(wallets.map((wallet) => connect(server.url, wallet)))));
    }
  };
  await open(WARM);
  const before = server.residentKib() ?? Number.NaN;
  await open(sockets);
  const after = server.residentKib() ?? Number.NaN;
  return { all, kib: (after - before) / (sockets - WARM) };
}

async function reconnect({ url }: Child, all: readonly Socket[]): Promise<IdleResult['storm']> {
  // Reading the metrics begins the measurement of the delay anew.
  await loopP99(url);
  // As after a cut of the network: all are gone, and then all come back.
  await Promise.all(all.map(closed));
  const startedMs = performance.now();
  let refused = 0;
  await Promise.all(
    all.map(async (socket) => {
      const back = started(socket);
      socket.connect();
      await back.catch(() => refused++);
    }),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  return { refused, seconds, loopP99Ms: await loopP99(url) };
}

/** Cuts a connection, and resolves when its file descriptor is free. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const { ws } = socket.io.engine.transport as unknown as { ws: EventTarget };
    ws.addEventListener('close', () => resolve());
    socket.io.engine.close();
  });

async function loopP99(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}${PATHS.metrics}`)).text();
  return Number(/^anypath_nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(metrics)?.[1]) * 1000;
}
