import { describe, expect, it } from 'vitest';
import { ackTimeoutMs, answerTimeoutMs, measured } from './round-trip.ts';

describe('the time after which a missing acknowledgement means something', () => {
  it('is a second before anything was measured', () => {
    expect(ackTimeoutMs(undefined, 'rtc', 1, 300)).toBe(1000);
  });

  it('follows the measured round trip and its variation (RFC 6298, 2.2 and 2.3)', () => {
    const first = measured(undefined, 400);
    expect(first).toEqual({ smoothedMs: 400, variationMs: 200 });
    expect(ackTimeoutMs(first, 'rtc', 1, 300)).toBe(1200);
    expect(measured(first, 800)).toEqual({ smoothedMs: 450, variationMs: 250 });
  });

  it('has a floor, doubles with each try, and has a ceiling', () => {
    const fast = measured(undefined, 2);
    expect(ackTimeoutMs(fast, 'rtc', 1, 300)).toBe(300);
    expect(ackTimeoutMs(fast, 'relay', 2, 300)).toBe(2000);
    expect(ackTimeoutMs(fast, 'relay', 99, 300)).toBe(10_000);
  });

  it('is shorter for the server, which answers at once', () => {
    expect(answerTimeoutMs(undefined)).toBe(1000);
    expect(answerTimeoutMs(measured(undefined, 20))).toBe(200);
    expect(answerTimeoutMs(measured(undefined, 400))).toBe(1200);
  });
});
