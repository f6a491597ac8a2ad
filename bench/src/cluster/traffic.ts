import type { Child } from '../child.ts';
import { connect, type Pair, signal } from '../signalling/clients.ts';

/** What is sent: signals, live frames of a short message, and as long ones as files travel in. */
export const KINDS = ['signals', 'frames', 'longFrames'] as const;
export type Kind = (typeof KINDS)[number];

/** So many that no device comes near its rate limit. */
const PAIRS = 100;
/** Messages on their way at the same time; each pair has one of them at most, since `PAIRS` is a multiple. */
const CONCURRENCY = 50;
const FRAME = new Uint8Array(200).fill(7);
/** 64 of them are a megabyte. */
const LONG_FRAME = new Uint8Array(16 * 1024).fill(7);

const SEND: Readonly<Record<Kind, (pair: Pair) => Promise<unknown>>> = {
  signals: signal,
  frames: (pair) => frame(pair, FRAME),
  longFrames: (pair) => frame(pair, LONG_FRAME),
};

/** Servers, and clients on them that write to each other. */
export interface Side {
  readonly servers: readonly Child[];
  readonly pairs: readonly Pair[];
}

/** Names of wallets that write to each other. */
export const namesFor = (side: string): [string, string][] =>
  Array.from({ length: PAIRS }, (_, index) => [`${side}-from-${index}`, `${side}-to-${index}`]);

/** @param from where those connect who write, and those who read */
export async function sideOf(from: Child, to: Child, names: readonly [string, string][]): Promise<Side> {
  const pairs = names.map(async (wallets) => ({
    wallets,
    from: await connect(from.url, wallets[0]),
    to: await connect(to.url, wallets[1]),
  }));
  return { servers: [...new Set([from, to])], pairs: await Promise.all(pairs) };
}

/** How fast it went, and what it cost. */
export interface Measured {
  /** Messages a second, answered and arrived. */
  readonly rate: number;
  /** Processor time of the servers together, microseconds a message. */
  readonly cpu: number;
}

/** Sends as many as that, and waits until each was answered and has arrived. */
export async function measure({ servers, pairs }: Side, kind: Kind, count: number): Promise<Measured> {
  const cpuSeconds = () => servers.reduce((sum, server) => sum + (server.cpuSeconds() ?? Number.NaN), 0);
  const [startedMs, before] = [performance.now(), cpuSeconds()];
  let sent = 0;
  const work = async (lane: number) => {
    for (let turn = lane; sent < count; turn += CONCURRENCY) {
      sent++;
      const pair = pairs[turn % pairs.length];
      if (pair) await SEND[kind](pair);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, (_, lane) => work(lane)));
  const seconds = (performance.now() - startedMs) / 1_000;
  return { rate: sent / seconds, cpu: ((cpuSeconds() - before) / sent) * 1e6 };
}

/** One frame from one side to the other; resolves when both the answer and the frame have arrived. */
async function frame({ from, to, wallets: [, recipient] }: Pair, bytes: Uint8Array): Promise<void> {
  const arrival = new Promise<void>((resolve) => to.once('relay:frame', () => resolve()));
  const payload = { to: recipient, toDevice: 'd', frame: bytes };
  const answer = (await from.emitWithAck('relay:frame', payload)) as { ok: boolean; error?: string };
  if (!answer.ok) throw new Error(`a frame was refused: ${answer.error}`);
  await arrival;
}

/** Ends the clients of a side. */
export function leave({ pairs }: Side): void {
  for (const { from, to } of pairs) for (const socket of [from, to]) socket.disconnect();
}
