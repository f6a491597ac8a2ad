import type { OpsHistory } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { finishedUntil, merged, pointsOf, shareOf, sumOf } from './columns.ts';

const MINUTE_MS = 60_000;
const START = 1_800_000_000_000;

/** A history of so many minutes, where every count is the number of its minute. */
function historyOf(first: number, minutes: number): OpsHistory {
  const numbers = Array.from({ length: minutes }, (_, index) => first + index);
  const sparse = numbers.map((number) => (number % 2 === 0 ? null : number * 100));
  return {
    at: numbers.map((number) => START + number * MINUTE_MS),
    iceIssued: numbers,
    iceRefused: numbers,
    openedHost: numbers,
    openedSrflx: numbers,
    openedRelay: numbers,
    failed: numbers,
    openP50Ms: sparse,
    openP95Ms: sparse,
    refused: numbers,
    unavailable: numbers,
    sockets: numbers,
    mailMessages: numbers,
    mailOldestSeconds: numbers,
    loopDelayMs: numbers,
    relayedBytes: numbers,
  };
}

describe('the columns of the operations page', () => {
  it('[S7.5] take in what is new: the minute that was not over is replaced, and a day is enough', () => {
    const known = historyOf(1, 5);
    expect(finishedUntil(known)).toBe(START + 4 * MINUTE_MS);
    const both = merged(known, historyOf(5, 3));
    expect(both.openedHost).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(both.openP50Ms).toEqual([100, null, 300, null, 500, null, 700]);
    const full = merged(historyOf(1, 1_441), historyOf(1_441, 2));
    expect([full.at.length, full.openedHost[0], full.openedHost.at(-1)]).toEqual([1_441, 2, 1_442]);
  });

  it('[S7.5] put minutes together: counts are added, what is measured is told at its highest', () => {
    const points = pointsOf(historyOf(0, 360), '6');
    expect(points.from).toHaveLength(72);
    expect(new Set(points.from.slice(1).map((from, index) => from - (points.from[index] ?? 0)))).toEqual(
      new Set([300]),
    );
    const counts = points.openedHost.slice(1, 3);
    expect(
      counts.map((count) => (count ?? 0) - (counts[0] ?? 0)),
      'five minutes later, 25 more',
    ).toEqual([0, 25]);
    const highest = points.sockets.slice(1, 3);
    expect((highest[1] ?? 0) - (highest[0] ?? 0)).toBe(5);
    expect(pointsOf(historyOf(0, 360), '1').from).toHaveLength(60);
  });

  it('[S7.5] know nothing where there was nothing to measure', () => {
    expect(pointsOf(historyOf(2, 1), '1').openP50Ms).toEqual([null]);
    expect(shareOf(0, 0)).toBeNull();
    expect(shareOf(1, 4)).toBe(0.25);
    expect(sumOf(historyOf(1, 5), 'failed', 2)).toBe(9);
  });
});
