import type { ContactAction } from '@anypath/protocol';
import { expect, it } from 'vitest';
import { type Pair, STRANGERS, sideOf, stateFor, step } from '../contacts/pair.ts';
import { onStores } from './contract-runner.ts';
import type { Store } from './port.ts';

/** What the contract needs of a store. */
export type ContactStore = Pick<
  Store,
  'contactPair' | 'changeContact' | 'contactsOf' | 'countContacts' | 'mutualContactsOf' | 'close'
>;

type Move = readonly [who: 'wallet' | 'peer', action: ContactAction];

const MOVES: readonly Move[] = (['ask', 'accept', 'remove', 'block'] as const).flatMap((action): Move[] => [
  ['wallet', action],
  ['peer', action],
]);

/** Everything that two wallets can do in three moves: that leads to every kind of pair, and from each to each. */
const SEQUENCES = MOVES.flatMap((first) => MOVES.flatMap((second) => MOVES.map((third) => [first, second, third])));

/**
 * What every store does with contacts. Call it inside `describe`.
 *
 * @param open opens the store of the running test; called again it opens the same data, also while the first is still open.
 *   The data is empty at the start of each test.
 */
export function contactsContract(open: () => ContactStore): void {
  const on = onStores(open);

  const act = (store: ContactStore, wallet: string, action: ContactAction, peer: string, nowMs = 1000) =>
    store.changeContact(wallet, peer, (pair) => step(pair, sideOf(wallet, peer), action, nowMs));

  it(
    'takes wallets that nobody has asked for strangers',
    on((store) => {
      expect(store.contactPair('alice', 'bob')).toEqual(STRANGERS);
      expect(store.contactsOf('alice')).toEqual([]);
      expect(store.countContacts('alice')).toEqual({ own: 0, asking: 0 });
      expect(store.mutualContactsOf('alice')).toEqual([]);
    }),
  );

  it(
    'keeps one pair for two wallets, whichever is named first, and says what it was before',
    on((store) => {
      const asked = { a: { state: 'none' }, b: { state: 'asked', sinceMs: 1000 } };
      expect(act(store, 'bob', 'ask', 'alice')).toEqual({ before: STRANGERS, after: asked });
      expect([store.contactPair('alice', 'bob'), store.contactPair('bob', 'alice')]).toEqual([asked, asked]);
      expect(store.contactsOf('alice')).toEqual([{ peer: 'bob', pair: asked }]);
      expect(store.contactsOf('bob')).toEqual([{ peer: 'alice', pair: asked }]);
      expect([store.countContacts('alice'), store.countContacts('bob')]).toEqual([
        { own: 0, asking: 1 },
        { own: 1, asking: 0 },
      ]);
    }),
  );

  it(
    'changes nothing where the change throws, and goes on working',
    on((store) => {
      act(store, 'alice', 'ask', 'bob');
      const refuse = () => {
        throw new RangeError('no');
      };
      expect(() => store.changeContact('alice', 'bob', refuse)).toThrow(RangeError);
      expect(stateFor(store.contactPair('alice', 'bob'), 'a')).toBe('asked');
      expect(stateFor(act(store, 'bob', 'accept', 'alice').after, 'a')).toBe('mutual');
    }),
  );

  it(
    'is read and changed by others that have it open, and remembers across a restart',
    on((store, another) => {
      const other = another();
      act(store, 'alice', 'ask', 'bob', 1_700_000_000_000);
      act(other, 'bob', 'accept', 'alice', 1_700_000_000_123);
      const mutual = { state: 'mutual', sinceMs: 1_700_000_000_123 };
      expect(store.contactPair('alice', 'bob')).toEqual({ a: mutual, b: mutual });
      expect(another().contactPair('alice', 'bob')).toEqual({ a: mutual, b: mutual });
    }),
  );

  it(
    'lists and counts for a wallet what it sees, and not who blocks it or asks it in vain',
    on((store) => {
      for (const wallet of ['carol', 'zoe']) act(store, wallet, 'block', 'bob');
      for (const wallet of ['dave', 'yves']) {
        act(store, wallet, 'ask', 'bob');
        act(store, 'bob', 'remove', wallet);
      }
      expect([store.contactsOf('bob'), store.countContacts('bob')]).toEqual([[], { own: 0, asking: 0 }]);
      expect(store.contactsOf('dave')).toHaveLength(1);
      expect(store.countContacts('zoe')).toEqual({ own: 1, asking: 0 });
    }),
  );

  it(
    'orders two wallets by code unit',
    on((store) => {
      const [last, first] = ['\uFB00', '\u{1D4B3}'];
      expect(stateFor(act(store, last, 'ask', first).after, 'b')).toBe('asked');
      expect(stateFor(act(store, first, 'accept', last).after, 'a')).toBe('mutual');
      expect(store.contactsOf(last)).toMatchObject([{ peer: first }]);
    }),
  );

  it(
    'lists and counts as a plain map would, whatever wallets do',
    on((store) => {
      const kept = new Map<string, Pair>();
      for (const [index, sequence] of SEQUENCES.entries()) {
        const peer = `${index % 2 ? 'a' : 'z'}${index}`;
        for (const [who, action] of sequence) {
          const [mine, theirs] = who === 'wallet' ? ['me', peer] : [peer, 'me'];
          const after = step(kept.get(peer) ?? STRANGERS, sideOf(mine, theirs), action, 1000 + index);
          kept.set(peer, after);
          expect(act(store, mine, action, theirs, 1000 + index).after).toEqual(after);
        }
      }
      const seen = [...kept].filter(([peer, pair]) => stateFor(pair, sideOf('me', peer)) !== 'none');
      const asking = seen.filter(([peer, pair]) => stateFor(pair, sideOf('me', peer)) === 'asking').length;
      expect(new Map(store.contactsOf('me').map(({ peer, pair }) => [peer, pair]))).toEqual(new Map(seen));
      expect(store.countContacts('me')).toEqual({ own: seen.length - asking, asking });
      const mutual = seen.flatMap(([peer, { a }]) => (a.state === 'mutual' ? [peer] : []));
      expect([...store.mutualContactsOf('me')].sort()).toEqual(mutual.sort());
      for (const [peer, pair] of kept) expect(store.contactPair(peer, 'me')).toEqual(pair);
    }),
  );
}
