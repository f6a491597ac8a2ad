import { describe, expect, it } from 'vitest';
import { drainSchedule } from './drain-schedule.ts';

describe('when the sockets of a node that stops are told to move', () => {
  it('is one after the other, over a second', () => {
    const times = drainSchedule(100);
    expect(times).toHaveLength(100);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    for (const [index, ms] of times.entries()) {
      expect(ms).toBeGreaterThanOrEqual(index * 10);
      expect(ms).toBeLessThan((index + 1) * 10);
    }
  });

  it('is at random moments: nodes that stop together do not tell theirs together', () => {
    expect(drainSchedule(10, () => 0)).not.toEqual(drainSchedule(10, () => 0.5));
    expect(new Set(drainSchedule(1_000)).size).toBeGreaterThan(990);
  });

  it('takes longer where there are many, so that no more than 4000 a second come to the other nodes, and 5 s at most', () => {
    expect(drainSchedule(12_000).at(-1)).toBeGreaterThan(2_990);
    expect(drainSchedule(12_000).at(-1)).toBeLessThan(3_000);
    expect(drainSchedule(100_000).at(-1)).toBeLessThan(5_000);
  });

  it('is no time at all where there are none', () => {
    expect(drainSchedule(0)).toEqual([]);
  });
});
