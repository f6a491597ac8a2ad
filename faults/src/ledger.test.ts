import { describe, expect, it } from 'vitest';
import { Ledger } from './ledger.ts';

describe('the ledger', () => {
  const message = (number: number, from = 'alice') => ({ from, to: 'bob', number });
  function after(seen: readonly number[]) {
    const ledger = new Ledger();
    for (const number of [1, 2, 3]) ledger.sent(`id${number}`, message(number));
    for (const id of ['id1', 'id2', 'id2']) ledger.acked(id);
    for (const number of seen) ledger.seen(message(number));
    return ledger;
  }

  it('finds nothing wrong where every acknowledged message came once, in order', () => {
    expect(after([1, 2]).counts()).toMatchObject({ sent: 3, acked: 2, seen: 2, lost: 0, repeated: 0, reordered: 0 });
    expect(after([1, 2, 3]).complaints()).toEqual([]);
  });

  it('counts what was acknowledged and never came; what was not acknowledged may be missing', () => {
    expect(after([1]).counts()).toMatchObject({ lost: 1, repeated: 0, reordered: 0 });
    expect(after([1]).complaints()).toEqual(['alice bob 2 is lost']);
  });

  it('counts what came twice, also where it was not acknowledged', () => {
    expect(after([1, 2, 3, 3, 1]).counts()).toMatchObject({ lost: 0, repeated: 2, reordered: 0 });
  });

  it('counts what came after a later one of its sender, and not of another', () => {
    const ledger = after([2, 1]);
    ledger.seen(message(1, 'carol'));
    expect(ledger.counts()).toMatchObject({ lost: 0, repeated: 0, reordered: 1 });
  });
});
