import { describe, expect, it } from 'vitest';
import { transmissionWaits } from './retransmission.ts';

describe('the waits between transmissions', () => {
  it('are those of the example in RFC 8489 section 6.2.1 over UDP', () => {
    let nowMs = 0;
    const sentAtMs = transmissionWaits(false).map((waitMs) => {
      nowMs += waitMs;
      return nowMs - waitMs;
    });
    expect(sentAtMs).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    expect(nowMs).toBe(39_500);
  });

  it('scale with the retransmission time-out', () => {
    expect(transmissionWaits(false, 10)).toEqual([10, 20, 40, 80, 160, 320, 160]);
  });

  it('are one over TCP and TLS', () => {
    expect(transmissionWaits(true)).toEqual([39_500]);
  });
});
