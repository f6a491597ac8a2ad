import { describe, expect, it } from 'vitest';
import { Patience } from './patience.ts';

describe('the patience with a sender beyond its rate', () => {
  it('[SE13] is over after a minute without a stop', () => {
    const patience = new Patience();
    const over = Array.from({ length: 61 }, (_, second) => patience.isOver(second * 1_000));
    expect(over.indexOf(true)).toBe(60);
  });

  it('[SE13] begins anew after a stop', () => {
    const patience = new Patience();
    for (let second = 0; second < 50; second++) patience.isOver(second * 1_000);
    expect(patience.isOver(80_000)).toBe(false);
    expect(patience.isOver(99_000)).toBe(false);
  });
});
