import type { Frame } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { Recorder } from './recorder.ts';
import { type LinkEvent, type LinkState, opened } from './state.ts';
import { statsOf } from './stats.ts';
import { step as stepWith } from './step.ts';
import * as channel from './step-channel.ts';
import { TRACE_MAX, type TraceEntry } from './trace.ts';

const step = (state: LinkState, event: LinkEvent) => stepWith(state, event, channel);

type Untimed<T> = T extends unknown ? Omit<T, 'nowMs'> : never;

/** A link without sockets that plays events a second apart, and its recorder. */
function recorded(events: readonly Untimed<LinkEvent>[]) {
  let state = opened({ epoch: 'E1', initiator: true, rtcWanted: true });
  const told: TraceEntry[] = [];
  const recorder = new Recorder((entry) => told.push(entry));
  for (const [index, event] of events.entries()) {
    const before = state;
    const next = step(before, { ...event, nowMs: 1_000 * index });
    state = next.state;
    recorder.stepped(before, event, state, next.effects);
  }
  const trace = recorder.trace.entries();
  return { trace, told, events: trace.map(({ at: _at, clockMs: _clockMs, ...event }) => event), state, recorder };
}

const socketUp = { type: 'socket', up: true } as const;
const socketDown = { type: 'socket', up: false } as const;
const bobHere = { type: 'presence', devices: ['device-of-bob'] } as const;
const settled = { type: 'settled' } as const;
const rtcOpen = { type: 'rtc', trigger: 'opened', tier: 'direct' } as const;
const overdue = { type: 'timer', name: 'ack' } as const;
const kept = (seq: number) => ({ type: 'kept', seq, forced: false, until: 1 }) as const;
const say = (...bodies: string[]) => {
  const messages = bodies.map((body) => ({
    id: `id-${body}`,
    body: new TextEncoder().encode(body),
    text: true,
    at: 0,
  }));
  return { type: 'send', messages } as const;
};
const acked = (through: number, via: 'rtc' | 'relay') => {
  const frame: Frame = { header: { t: 'ack', epoch: 'E1', through, seq: through }, body: new Uint8Array() };
  return { type: 'frame', via, fromDevice: 'device-of-bob', frame } as const;
};
const heard = (seq: number, body: string, via: 'rtc' | 'relay') => {
  const header = { t: 'data', id: `b${seq}`, epoch: 'B1', seq, acked: 0, at: 0, text: true } as const;
  return {
    type: 'frame',
    via,
    fromDevice: 'device-of-bob',
    frame: { header, body: new TextEncoder().encode(body) },
  } as const;
};

describe('the trace of a link', () => {
  it('[S6.3] tells each change of path with its cause', () => {
    const { events } = recorded([socketUp, bobHere, rtcOpen, socketDown]);
    expect(events).toEqual([
      { event: 'socket', up: true },
      { event: 'path', from: 'none', to: 'mailbox', because: 'socket up' },
      { event: 'presence', devices: 1 },
      { event: 'upgrade', from: 'idle', to: 'trying', because: 'presence' },
      { event: 'path', from: 'mailbox', to: 'relay', because: 'presence' },
      { event: 'upgrade', from: 'trying', to: 'open', because: 'rtc opened' },
      { event: 'tier', tier: 'direct' },
      { event: 'path', from: 'relay', to: 'direct', because: 'rtc opened' },
      { event: 'socket', up: false },
      { event: 'presence', devices: 0 },
    ]);
  });

  it('[S6.3] tells doubt, what was overdue, and what went out again', () => {
    const { events } = recorded([socketUp, bobHere, rtcOpen, say('one', 'two'), overdue]);
    expect(events.slice(8)).toEqual([
      { event: 'overdue', path: 'direct', messages: 2 },
      { event: 'upgrade', from: 'open', to: 'doubted', because: 'timer ack' },
      { event: 'path', from: 'direct', to: 'relay', because: 'timer ack' },
      { event: 'resent', path: 'relay', lostOn: 'direct', messages: 2 },
    ]);
  });

  it('counts on in one entry where many messages go the same way', () => {
    const { events, told } = recorded([socketUp, settled, say('one'), kept(1), say('two'), kept(2)]);
    expect(events.slice(2)).toEqual([
      { event: 'mailbox', step: 'sent', messages: 2 },
      { event: 'mailbox', step: 'kept', messages: 2 },
    ]);
    expect(told.length).toBe(4);
  });

  it('keeps the latest entries and no more', () => {
    const { trace } = recorded(
      Array.from({ length: TRACE_MAX }, (_, index) => [socketUp, socketDown][index % 2] ?? socketUp),
    );
    expect(trace).toHaveLength(TRACE_MAX);
    expect(trace.at(-1)).toMatchObject({ event: 'path', to: 'none' });
  });

  it('[S6.3] has times by two clocks, and in its JSON nothing that is private', () => {
    const beforeMs = Date.now();
    const { trace, recorder, state } = recorded([
      socketUp,
      bobHere,
      say('hush'),
      rtcOpen,
      acked(1, 'rtc'),
      say('hush'),
      overdue,
    ]);
    for (const { at, clockMs } of trace) {
      expect(at).toBeGreaterThanOrEqual(beforeMs);
      expect(clockMs).toBeLessThanOrEqual(performance.now() + 1);
    }
    const text = JSON.stringify([trace, statsOf(state, recorder.traffic, undefined)]);
    for (const secret of ['hush', 'device-of-bob', 'id-', 'E1']) expect(text).not.toContain(secret);
  });
});

describe('the numbers of a link', () => {
  it('[S6.3] count messages and bytes by path, and what was lost where it was lost', () => {
    const { state, recorder } = recorded([
      socketUp,
      bobHere,
      say('one'),
      acked(1, 'relay'),
      rtcOpen,
      say('three'),
      overdue,
      acked(2, 'relay'),
      heard(1, 'hi', 'relay'),
      heard(1, 'hi', 'rtc'),
    ]);
    const stats = statsOf(state, recorder.traffic, undefined);
    expect(stats.traffic.relay).toEqual({ sent: 2, sentBytes: 8, resent: 0, received: 1, receivedBytes: 2 });
    expect(stats.traffic.direct).toEqual({ sent: 1, sentBytes: 5, resent: 1, received: 0, receivedBytes: 0 });
    expect(stats).toMatchObject({ loss: 1 / 3, waiting: 0, roundTripMs: { relay: 1_000 } });
  });
});
