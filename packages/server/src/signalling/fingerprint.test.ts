import { CLIENT_EVENTS, type SignalEvent } from '@anypath/protocol';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';

const ADDRESS = { convId: 'alice:bob', to: 'bob', signalId: 's1' };
const CANDIDATE = { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 };

const of = (event: SignalEvent, payload: unknown): number =>
  fingerprintOf(event, v.parse(CLIENT_EVENTS[event], payload));
const offer = (sdp: string): number => of('rtc:offer', { ...ADDRESS, sdp: { type: 'offer', sdp } });

describe('the fingerprint of a signal', () => {
  it('is the same whatever the order of its fields, and of those that nobody knows', () => {
    const { signalId, to, convId } = ADDRESS;
    const shuffled = {
      signalId,
      unknown: 1,
      candidate: Object.fromEntries(Object.entries(CANDIDATE).reverse()),
      to,
      convId,
    };
    expect(of('rtc:candidate', shuffled)).toBe(of('rtc:candidate', { ...ADDRESS, candidate: CANDIDATE }));
  });

  it('is another one for each change of a field, and is a small number with a sign', () => {
    const variants = [
      of('rtc:hangup', ADDRESS),
      of('rtc:hangup', { ...ADDRESS, reason: '' }),
      of('rtc:hangup', { ...ADDRESS, reason: 'busy' }),
      of('rtc:hangup', { ...ADDRESS, toDevice: 'busy' }),
      of('rtc:hangup', { ...ADDRESS, session: 'busy' }),
      of('rtc:hangup', { ...ADDRESS, toDevice: 'b', session: 'usy' }),
      of('rtc:hangup', { ...ADDRESS, toDevice: 'bu', session: 'sy' }),
      of('rtc:candidate', { ...ADDRESS, candidate: CANDIDATE }),
      of('rtc:candidate', { ...ADDRESS, candidate: { ...CANDIDATE, candidate: '' } }),
      of('rtc:candidate', { ...ADDRESS, candidate: { ...CANDIDATE, sdpMid: null } }),
      of('rtc:candidate', { ...ADDRESS, candidate: { ...CANDIDATE, sdpMid: undefined } }),
      of('rtc:candidate', { ...ADDRESS, candidate: { ...CANDIDATE, sdpMid: 'null' } }),
      of('rtc:candidate', { ...ADDRESS, candidate: { ...CANDIDATE, sdpMLineIndex: 1 } }),
      of('rtc:candidate', { ...ADDRESS, candidate: { ...CANDIDATE, sdpMLineIndex: null } }),
      of('rtc:answer', { ...ADDRESS, sdp: { type: 'answer', sdp: 'v=0' } }),
      offer('v=0'),
      offer('v=1'),
    ];
    expect(variants.every((fingerprint) => fingerprint === (fingerprint | 0))).toBe(true);
    expect(new Set(variants).size).toBe(variants.length);
  });

  it('is another one for another character, wherever it is, in short texts and long ones', () => {
    const change = fc.record({
      text: fc.string({ minLength: 1, maxLength: 600 }),
      at: fc.nat(),
      to: fc.string({ minLength: 1, maxLength: 1 }),
    });
    fc.assert(
      fc.property(change, ({ text, at, to }) => {
        const index = at % text.length;
        const changed = text.slice(0, index) + to + text.slice(index + 1);
        expect(offer(changed) === offer(text)).toBe(changed === text);
      }),
      { numRuns: 1_000 },
    );
  });
});
