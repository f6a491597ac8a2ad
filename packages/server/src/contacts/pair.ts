import type { Contact, ContactAction, ContactUpdate } from '@anypath/protocol';

/**
 * What one wallet has done about another, and since when (Unix time, milliseconds). `unheard` is a request that the other
 * side declined, or that it never saw because it blocks: whoever asked goes on seeing `asked`.
 */
export type Stance =
  | { readonly state: 'none' }
  | { readonly state: 'asked' | 'unheard' | 'mutual' | 'blocked'; readonly sinceMs: number };

/** One side of a pair: `a` is the wallet that sorts first by code unit. */
export type Side = 'a' | 'b';

/** How two wallets stand to each other. Both are `mutual`, or neither is. */
export type Pair = { readonly [side in Side]: Stance };

/** What a wallet sees of another; `none` where there is no relation. */
export type SeenState = ContactUpdate['state'];

const NONE: Stance = { state: 'none' };

/** Two wallets that have nothing to do with each other. */
export const STRANGERS: Pair = { a: NONE, b: NONE };

/** Two wallets in the order of their pair: by code unit, as in `convIdOf`. */
export const sorted = (one: string, other: string): readonly [a: string, b: string] =>
  one < other ? [one, other] : [other, one];

/** Which side of its pair with another a wallet is. */
export const sideOf = (wallet: string, peer: string): Side => (wallet < peer ? 'a' : 'b');

/** The other side. */
export const across = (side: Side): Side => (side === 'a' ? 'b' : 'a');

/**
 * What becomes of a pair when one side does something. What is not possible or changes nothing gives the same pair back.
 *
 * - `ask` makes it mutual where the other side asks, also in vain. It does not lift a block: only `remove` does, so that a
 *   device that shows an older list cannot.
 * - `accept` needs a request that is seen (`asking`).
 * - `remove` ends what there is from this side, a contact for both. A request of the other side is declined: it stays
 *   `asked` over there, is no longer seen here, and counts again once it is withdrawn and made anew.
 * - `block` is `remove`, and requests reach nobody from then on. One that was made before the block is lifted stays unheard.
 *
 * @param side who does it
 * @param nowMs Unix time, milliseconds
 */
export function step(pair: Pair, side: Side, action: ContactAction, nowMs: number): Pair {
  const mine = pair[side];
  const theirs = pair[across(side)];
  switch (action) {
    case 'ask':
      if (mine.state !== 'none') return pair;
      if (theirs.state === 'asked' || theirs.state === 'unheard') return mutual(nowMs);
      return pairOf(side, { state: theirs.state === 'blocked' ? 'unheard' : 'asked', sinceMs: nowMs }, theirs);
    case 'accept':
      return theirs.state === 'asked' ? mutual(nowMs) : pair;
    case 'remove':
      return mine.state === 'none' && theirs.state !== 'asked' ? pair : pairOf(side, NONE, turnedDown(theirs));
    case 'block':
      if (mine.state === 'blocked') return pair;
      return pairOf(side, { state: 'blocked', sinceMs: nowMs }, turnedDown(theirs));
  }
}

/** How a side stands after the other wants nothing of it. */
function turnedDown(stance: Stance): Stance {
  if (stance.state === 'mutual') return NONE;
  return stance.state === 'asked' ? { ...stance, state: 'unheard' } : stance;
}

const mutual = (sinceMs: number): Pair => {
  return { a: { state: 'mutual', sinceMs }, b: { state: 'mutual', sinceMs } };
};

const pairOf = (side: Side, mine: Stance, theirs: Stance): Pair =>
  side === 'a' ? { a: mine, b: theirs } : { a: theirs, b: mine };

/** What one side sees of the other, and since when; nothing where it sees no relation. */
export function contactFor(pair: Pair, side: Side): Omit<Contact, 'wallet'> | undefined {
  const mine = pair[side];
  if (mine.state !== 'none') return { state: mine.state === 'unheard' ? 'asked' : mine.state, since: mine.sinceMs };
  const theirs = pair[across(side)];
  return theirs.state === 'asked' ? { state: 'asking', since: theirs.sinceMs } : undefined;
}

/** What one side sees of the other. */
export const stateFor = (pair: Pair, side: Side): SeenState => contactFor(pair, side)?.state ?? 'none';
