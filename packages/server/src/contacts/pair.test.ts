import type { ContactAction } from '@anypath/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { across, contactFor, type Pair, type Side, STRANGERS, sideOf, sorted, stateFor, step } from './pair.ts';

type Move = readonly [Side, ContactAction];

const ACTIONS: readonly ContactAction[] = ['ask', 'accept', 'remove', 'block'];
const move = fc.tuple(fc.constantFrom<Side>('a', 'b'), fc.constantFrom(...ACTIONS));
const moves = fc.array(move, { maxLength: 20 });

/** A pair after what its sides did, at one second after the other. */
const after = (...done: readonly Move[]): Pair =>
  done.reduce((pair, [side, action], index) => step(pair, side, action, (index + 1) * 1000), STRANGERS);

/** The moves of `a ask, b block`. */
const read = (text: string): Move[] =>
  text
    .split(', ')
    .filter(Boolean)
    .map((words) => words.split(' ') as unknown as Move);

describe('a pair of wallets', () => {
  it.each([
    ['', 'none', 'none'],
    ['a ask', 'asked', 'asking'],
    ['a ask, a ask', 'asked', 'asking'],
    ['a ask, b ask', 'mutual', 'mutual'],
    ['a ask, b accept', 'mutual', 'mutual'],
    ['a ask, a accept', 'asked', 'asking'],
    ['a accept', 'none', 'none'],
    ['a ask, a remove', 'none', 'none'],
    ['a ask, b remove', 'asked', 'none'],
    ['a ask, b remove, a ask', 'asked', 'none'],
    ['a ask, b remove, b accept', 'asked', 'none'],
    ['a ask, b remove, b ask', 'mutual', 'mutual'],
    ['a ask, b remove, a remove, a ask', 'asked', 'asking'],
    ['a ask, b ask, a ask', 'mutual', 'mutual'],
    ['a ask, b ask, a accept', 'mutual', 'mutual'],
    ['a ask, b ask, a remove', 'none', 'none'],
    ['a ask, b ask, a block', 'blocked', 'none'],
    ['a ask, b block', 'asked', 'blocked'],
    ['a ask, a block', 'blocked', 'none'],
    ['b block, a ask', 'asked', 'blocked'],
    ['b block, a ask, a remove', 'none', 'blocked'],
    ['b block, a ask, b accept', 'asked', 'blocked'],
    ['b block, a ask, b ask', 'asked', 'blocked'],
    ['b block, a ask, b remove', 'asked', 'none'],
    ['b block, a ask, b remove, b ask', 'mutual', 'mutual'],
    ['b block, a ask, b remove, a remove, a ask', 'asked', 'asking'],
    ['b block, a block', 'blocked', 'blocked'],
    ['b block, a block, b remove', 'blocked', 'none'],
    ['b block, a block, b remove, b ask', 'blocked', 'asked'],
    ['b block, b remove', 'none', 'none'],
  ])('after "%s" is %s for a and %s for b', (done, forA, forB) => {
    const pair = after(...read(done));
    expect([stateFor(pair, 'a'), stateFor(pair, 'b')]).toEqual([forA, forB]);
  });

  it('says since when, and asking or blocking again does not change it', () => {
    const twice = after(['a', 'ask'], ['a', 'ask']);
    expect([contactFor(twice, 'a'), contactFor(twice, 'b')]).toEqual([
      { state: 'asked', since: 1000 },
      { state: 'asking', since: 1000 },
    ]);
    expect(contactFor(after(['a', 'ask'], ['b', 'block'], ['b', 'block']), 'b')).toEqual({
      state: 'blocked',
      since: 2000,
    });
    const pair = after(['a', 'ask'], ['b', 'accept']);
    expect([contactFor(pair, 'a'), contactFor(pair, 'b')]).toEqual(Array(2).fill({ state: 'mutual', since: 2000 }));
  });

  it('is ordered by code unit, as conversations are', () => {
    const [high, low] = ['\uFB00', '\u{1D4B3}'];
    expect([...sorted(high, low)]).toEqual([high, low].sort());
    expect([sideOf(low, high), sideOf(high, low)]).toEqual(['a', 'b']);
  });
});

describe('a pair of wallets, whatever the two do', () => {
  /** The view of the other side that each view allows. What it does not learn makes the lists longer than one. */
  const ALLOWED = {
    none: ['none', 'asked', 'blocked'],
    asked: ['asking', 'none', 'blocked'],
    asking: ['asked'],
    mutual: ['mutual'],
    blocked: ['none', 'asked', 'blocked'],
  };

  it('never shows its sides what contradicts', () => {
    fc.assert(
      fc.property(moves, (done) => {
        const pair = after(...done);
        expect(ALLOWED[stateFor(pair, 'a')]).toContain(stateFor(pair, 'b'));
        expect(ALLOWED[stateFor(pair, 'b')]).toContain(stateFor(pair, 'a'));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the same pair back exactly where nothing changes', () => {
    fc.assert(
      fc.property(moves, move, (done, [side, action]) => {
        const before = after(...done);
        const next = step(before, side, action, 1_000_000);
        if (next !== before) expect(next).not.toEqual(before);
      }),
    );
  });

  it('does not depend on which wallet sorts first', () => {
    fc.assert(
      fc.property(moves, (done) => {
        const mirrored = after(...done.map(([side, action]): Move => [across(side), action]));
        expect({ a: mirrored.b, b: mirrored.a }).toEqual(after(...done));
      }),
    );
  });

  it('is gone once both remove it', () => {
    fc.assert(
      fc.property(moves, (done) => {
        expect(after(...done, ['a', 'remove'], ['b', 'remove'], ['a', 'remove'])).toEqual(STRANGERS);
      }),
    );
  });

  it('shows a blocked side what it would see if it were removed and then left without an answer', () => {
    fc.assert(
      fc.property(moves, (done) => {
        let [blocking, silent] = [STRANGERS, STRANGERS];
        for (const [index, [side, action]] of done.entries()) {
          const did = side === 'b' ? withoutBlock(stateFor(blocking, 'b'), action) : action;
          blocking = step(blocking, side, action, index);
          if (did) silent = step(silent, side, did, index);
          expect(contactFor(blocking, 'a')).toEqual(contactFor(silent, 'a'));
        }
      }),
      { numRuns: 2000 },
    );
  });

  /** What a `b` that never blocks does instead: it removes, and is then silent until the block would be lifted. */
  function withoutBlock(seen: ReturnType<typeof stateFor>, action: ContactAction): ContactAction | undefined {
    if (seen === 'blocked') return undefined;
    if (action === 'block') return 'remove';
    return action === 'accept' && seen !== 'asking' ? undefined : action;
  }
});
