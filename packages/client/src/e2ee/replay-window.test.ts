import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REPLAY_WINDOW, ReplayWindow } from './replay-window.ts';

describe('a replay window', () => {
  it('agrees with a list of all numbers seen, whatever their order', () => {
    const jumps = fc.array(fc.oneof(fc.integer({ min: -1500, max: 100 }), fc.integer({ min: 0, max: 5000 })), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(jumps, fc.constantFrom(0, 2 ** 31 - 600, 2 ** 32 - 2_100_000), (steps, start) => {
        const window = new ReplayWindow();
        const seen = new Set<number>();
        let highest = -1;
        for (const step of steps) {
          const number = Math.max(0, (highest < 0 ? start : highest) + step);
          const isFresh = !seen.has(number) && highest - number < REPLAY_WINDOW;
          expect(window.isFresh(number)).toBe(isFresh);
          if (!isFresh) continue;
          window.mark(number);
          seen.add(number);
          highest = Math.max(highest, number);
        }
      }),
    );
  });
});
