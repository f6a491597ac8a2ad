import { encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, type Message } from './wire.ts';

const SENDER = { from: 'n1.abc', nowMs: 12.4 };
const DEVICE = { wallet: 'alice', deviceId: 'a1' };

const trip = (message: Message) => decodeMessage(encodeMessage(SENDER, message));

describe('messages between nodes', () => {
  it('say the same on the other side', () => {
    const join = { kind: 'join', ...DEVICE, clock: 1_700_000_000_000, rtc: true } as const;
    const leave = { kind: 'leave', ...DEVICE, clock: 7, goodbye: false } as const;
    const messages: Message[] = [
      { kind: 'hello' },
      { kind: 'ask' },
      { kind: 'bye' },
      { kind: 'beat', seq: 3, count: 20_000, clock: 1_700_000_000_001 },
      { kind: 'changes', seq: 4, changes: [join, leave, { ...leave, goodbye: true }, { ...join, rtc: false }] },
      { kind: 'snapshot', seq: 4, part: 1, parts: 2, joins: [join] },
    ];
    for (const message of messages) expect(trip(message)).toEqual({ from: 'n1.abc', sentMs: 12, message });
  });

  it('carry signals, frames, answers and notices', () => {
    const signal = {
      ...{ convId: 'alice:bob', to: 'alice', signalId: 's1', from: 'bob', fromDevice: 'b1' },
      candidate: { candidate: 'candidate:1 1 udp', sdpMid: null, sdpMLineIndex: 0 },
    };
    const mail = {
      ...{ position: 9, id: 'm1', from: 'bob', to: 'alice', at: 1, forced: true, expiresAt: 2 },
      body: Uint8Array.of(1, 2, 3),
    };
    const frame = { to: 'alice', toDevice: 'a1', frame: Uint8Array.of(0, 255) };
    const message: Message = {
      kind: 'post',
      parcels: [
        { id: 1, to: DEVICE, parcel: { kind: 'signal', event: 'rtc:candidate', signal } },
        { id: 2, to: DEVICE, parcel: { kind: 'frame', frame, from: { wallet: 'bob', deviceId: 'b1' } } },
        {
          id: 3,
          to: DEVICE,
          parcel: { kind: 'taken', taken: { convId: 'alice:bob', signalId: 's1', byDevice: 'a2' } },
        },
      ],
      answers: [
        { id: 7, obstacle: undefined },
        { id: 8, obstacle: 'offline' },
        { id: 9, obstacle: 'busy' },
      ],
      notices: [
        { wallet: 'alice', notice: { kind: 'arrival', keyIds: [undefined, 'k1'], mail } },
        { wallet: 'alice', notice: { kind: 'acknowledged', keyId: undefined, positions: [1, 2 ** 40] } },
        { wallet: 'alice', notice: { kind: 'acknowledged', keyId: 'k1', positions: [] } },
        { wallet: 'alice', notice: { kind: 'missed' } },
      ],
    };
    expect(trip(message)?.message).toEqual(message);
  });

  it('overlook what a newer node adds, and refuse what is none of ours', () => {
    const beat = [1, 'n1.abc', 12, 1, 3, 20, 99, 'more'];
    expect(decodeMessage(encode(beat))?.message).toEqual({ kind: 'beat', seq: 3, count: 20, clock: 99 });
    expect(decodeMessage(encode([1, 'n1.abc', 12, 77, 'new']))).toBeUndefined();
    for (const other of [[2, 'n1.abc', 12, 0], 'text', [], null]) expect(() => decodeMessage(encode(other))).toThrow();
    expect(() => decodeMessage(Uint8Array.of(0xc1))).toThrow();
  });
});
