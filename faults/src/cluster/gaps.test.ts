import { describe, expect, it } from 'vitest';
import { Gaps } from './gaps.ts';

/** Two who send every 100 ms; what the first sends takes 10 ms, but for a fault from 1000 to 2000 ms. */
function talk() {
  const gaps = new Gaps();
  for (let number = 1; number <= 30; number++) {
    const sentMs = number * 100;
    gaps.sent('alice', sentMs);
    gaps.came('alice', number, sentMs > 1_000 && sentMs <= 2_000 ? 2_000 + number : sentMs + 10);
    gaps.sent('bob', sentMs);
    if (number < 20) gaps.came('bob', number, sentMs + 10);
  }
  return gaps;
}

describe('the gaps of a talk', () => {
  it('are the longest times in which nothing came', () => {
    expect(talk().longest(950, 2_500)).toEqual([1_001, 590]);
  });

  it('count also where nothing came at all', () => {
    expect(talk().longest(2_000, 3_500)[1]).toBe(1_500);
  });

  it('end for all with the first message of the last that was sent after the fault', () => {
    expect(talk().servedAfter(1_500)).toBe(516);
  });

  it('have not ended before somebody who is expected has begun', () => {
    const gaps = talk();
    gaps.expect('carol');
    expect(gaps.servedAfter(1_500)).toBe(undefined);
  });

  it('have not ended while one of them is not served', () => {
    expect(talk().servedAfter(1_950)).toBe(undefined);
    expect(talk().unserved(1_950)).toEqual(['bob']);
  });
});
