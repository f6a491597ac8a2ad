import { describe, expect, it } from 'vitest';
import { retryDelayMs } from './retry-delay.ts';

describe('the pause before the next attempt to connect', () => {
  it('is short at first, doubles, and has an end', () => {
    const pauses = [0, 1, 2, 10, 2000].map((tries) => retryDelayMs('shutting_down', tries, undefined, 0));
    expect(pauses).toEqual([100, 200, 400, 2_000, 2_000]);
  });

  it('is long where the server has had too many of us', () => {
    const pauses = [0, 1, 2, 10].map((tries) => retryDelayMs('rate_limited', tries, undefined, 0));
    expect(pauses).toEqual([5_000, 10_000, 20_000, 60_000]);
  });

  it('is never shorter than the server asks for, and differs from client to client', () => {
    expect(retryDelayMs('rate_limited', 0, 30_000, 0)).toBe(30_000);
    expect(retryDelayMs('rate_limited', 0, 30_000, 1)).toBe(45_000);
  });

  it('stays within what a timer can wait', () => {
    expect(retryDelayMs('rate_limited', 0, 1e15, 1)).toBe(2 ** 31 - 1);
  });
});
