import { randomBytes } from 'node:crypto';
import type { TurnClient } from '@anypath/stun';
import { pause } from './bounded.ts';

/** What became of the packets that were sent through an allocation to itself. */
export interface Echo {
  readonly sent: number;
  readonly received: number;
  /** Mean round trip, milliseconds. */
  readonly rttMs: number | undefined;
  /** Mean difference of two round trips in a row, milliseconds. */
  readonly jitterMs: number | undefined;
}

const PACKETS = 100;
const EVERY_MS = 10;
/** After the last packet is sent. */
const LINGER_MS = 500;
const PAYLOAD_BYTES = 32;
const POLL_MS = 20;

/** Sends packets through the relay to its own relayed address, and counts those that come back. */
export async function echo(client: TurnClient, signal: AbortSignal): Promise<Echo> {
  const sentMs = new Map<string, number>();
  const trips: number[] = [];
  const stop = client.onData((data) => {
    const key = Buffer.from(data).toString('hex');
    const at = sentMs.get(key);
    if (at === undefined) return;
    sentMs.delete(key);
    trips.push(performance.now() - at);
  });
  let sent = 0;
  try {
    for (; sent < PACKETS && !signal.aborted && !client.ended.aborted; sent++) {
      const payload = randomBytes(PAYLOAD_BYTES);
      sentMs.set(payload.toString('hex'), performance.now());
      client.send(client.relayed, payload);
      await pause(EVERY_MS, signal);
    }
    const untilMs = performance.now() + LINGER_MS;
    while (trips.length < sent && performance.now() < untilMs && !signal.aborted) await pause(POLL_MS, signal);
  } finally {
    stop();
  }
  return { sent, received: trips.length, rttMs: mean(trips), jitterMs: mean(differences(trips)) };
}

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

const differences = (values: readonly number[]): number[] =>
  values.slice(1).map((value, at) => Math.abs(value - (values[at] ?? value)));

/** Sizes that are tried, bytes: IPv6's least, WebRTC's own, and those of tunnels and Ethernet less TURN's header. */
export const PACKET_SIZES: readonly number[] = [500, 1000, 1200, 1300, 1400];
const COPIES = 3;
const SIZES_WITHIN_MS = 600;

/** The largest of the sizes that came back through the relay, bytes; `undefined` where none did. */
export async function largestEcho(client: TurnClient, signal: AbortSignal): Promise<number | undefined> {
  const back = new Set<number>();
  const stop = client.onData((data) => back.add(data.length));
  try {
    for (let copy = 0; copy < COPIES && !client.ended.aborted; copy++) {
      for (const size of PACKET_SIZES) if (!back.has(size)) client.send(client.relayed, randomBytes(size));
      const untilMs = performance.now() + SIZES_WITHIN_MS / COPIES;
      while (back.size < PACKET_SIZES.length && performance.now() < untilMs && !signal.aborted) {
        await pause(POLL_MS, signal);
      }
    }
  } finally {
    stop();
  }
  const sizes = PACKET_SIZES.filter((size) => back.has(size));
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

const FLOOD_MS = 2_000;
const FLOOD_BYTES = 1_000;
/** Packets on the way at most: about what a call of 30 Mbit/s has over 70 ms. */
const FLOOD_IN_FLIGHT = 256;

/** What comes back of as much as the line carries, kbit/s of payload, each way. */
export async function throughput(client: TurnClient, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  let inFlight = 0;
  const stop = client.onData((data) => {
    bytes += data.length;
    inFlight = Math.max(0, inFlight - 1);
  });
  const payload = randomBytes(FLOOD_BYTES);
  const startedMs = performance.now();
  let lastBytes = 0;
  try {
    while (performance.now() - startedMs < FLOOD_MS && !signal.aborted && !client.ended.aborted) {
      while (inFlight < FLOOD_IN_FLIGHT && client.bufferedBytes < FLOOD_BYTES * FLOOD_IN_FLIGHT) {
        client.send(client.relayed, payload);
        inFlight += 1;
      }
      await pause(5, signal);
      // What is lost never comes back; nothing since the last look means that the line is idle.
      if (bytes === lastBytes) inFlight = Math.floor(inFlight / 2);
      lastBytes = bytes;
    }
  } finally {
    stop();
  }
  return Math.round((bytes * 8) / (performance.now() - startedMs));
}
