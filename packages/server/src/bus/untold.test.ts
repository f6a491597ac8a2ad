import { describe, expect, it } from 'vitest';
import { Untold } from './untold.ts';

describe('what other nodes may not have heard', () => {
  it('is what was told a moment ago, and everything since it is known that they do not hear', () => {
    let now = 0;
    const untold = new Untold(() => now);
    untold.note('long ago', false);
    now = 10_000;
    untold.note('a moment ago', false);
    now = 12_000;
    untold.note('cut', true);
    now = 60_000;
    untold.note('later', true);
    expect(untold.take()).toEqual(['a moment ago', 'cut', 'later']);
    expect(untold.take()).toEqual([]);
  });

  it('has a limit', () => {
    const untold = new Untold(() => 0);
    for (let index = 0; index <= 100_000; index++) untold.note(String(index), true);
    const wallets = untold.take();
    expect(wallets.length).toBeLessThanOrEqual(100_000);
    expect(wallets.at(-1)).toBe('100000');
  });
});
