import type { ContactAction } from '@anypath/protocol';
import { expect, it } from 'vitest';
import { type Pair, STRANGERS, sideOf, stateFor, step } from '../contacts/pair.ts';
import type { Maybe } from '../maybe.ts';
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
 * @param everyNth of all sequences of moves, where each takes long
 */
export function contactsContract(open: () => Maybe<ContactStore>, everyNth = 1): void {
  const on = onStores(open);

  const act = async (store: ContactStore, wallet: string, action: ContactAction, peer: string, nowMs = 1000) =>
    store.changeContact(wallet, peer, (pair) => step(pair, sideOf(wallet, peer), action, nowMs));

  it(
    'takes wallets that nobody has asked for strangers',
    on(async (store) => {
      expect(await store.contactPair('alice', 'bob')).toEqual(STRANGERS);
      expect(await store.contactsOf('alice')).toEqual([]);
      expect(await store.countContacts('alice')).toEqual({ own: 0, asking: 0 });
      expect(await store.mutualContactsOf('alice')).toEqual([]);
    }),
  );

  it(
    'keeps one pair for two wallets, whichever is named first, and says what it was before',
    on(async (store) => {
      const asked = { a: { state: 'none' }, b: { state: 'asked', sinceMs: 1000 } };
      expect(await act(store, 'bob', 'ask', 'alice')).toEqual({ before: STRANGERS, after: asked });
      expect(await store.contactPair('alice', 'bob')).toEqual(asked);
      expect(await store.contactPair('bob', 'alice')).toEqual(asked);
      expect(await store.contactsOf('alice')).toEqual([{ peer: 'bob', pair: asked }]);
      expect(await store.contactsOf('bob')).toEqual([{ peer: 'alice', pair: asked }]);
      expect(await store.countContacts('alice')).toEqual({ own: 0, asking: 1 });
      expect(await store.countContacts('bob')).toEqual({ own: 1, asking: 0 });
    }),
  );

  it(
    'changes nothing where the change throws, and goes on working',
    on(async (store) => {
      await act(store, 'alice', 'ask', 'bob');
      const refused = async () =>
        store.changeContact('alice', 'bob', () => {
          throw new RangeError('no');
        });
      await expect(refused()).rejects.toThrow(RangeError);
      expect(stateFor(await store.contactPair('alice', 'bob'), 'a')).toBe('asked');
      expect(stateFor((await act(store, 'bob', 'accept', 'alice')).after, 'a')).toBe('mutual');
    }),
  );

  it(
    'is read and changed by others that have it open, and remembers across a restart',
    on(async (store, another) => {
      const other = await another();
      await act(store, 'alice', 'ask', 'bob', 1_700_000_000_000);
      await act(other, 'bob', 'accept', 'alice', 1_700_000_000_123);
      const mutual = { state: 'mutual', sinceMs: 1_700_000_000_123 };
      expect(await store.contactPair('alice', 'bob')).toEqual({ a: mutual, b: mutual });
      expect(await (await another()).contactPair('alice', 'bob')).toEqual({ a: mutual, b: mutual });
    }),
  );

  it(
    'lists and counts for a wallet what it sees, and not who blocks it or asks it in vain',
    on(async (store) => {
      for (const wallet of ['carol', 'zoe']) await act(store, wallet, 'block', 'bob');
      for (const wallet of ['dave', 'yves']) {
        await act(store, wallet, 'ask', 'bob');
        await act(store, 'bob', 'remove', wallet);
      }
      expect(await store.contactsOf('bob')).toEqual([]);
      expect(await store.countContacts('bob')).toEqual({ own: 0, asking: 0 });
      expect(await store.contactsOf('dave')).toHaveLength(1);
      expect(await store.countContacts('zoe')).toEqual({ own: 1, asking: 0 });
    }),
  );

  it(
    'orders two wallets by code unit',
    on(async (store) => {
      const [last, first] = ['\uFB00', '\u{1D4B3}'];
      expect(stateFor((await act(store, last, 'ask', first)).after, 'b')).toBe('asked');
      expect(stateFor((await act(store, first, 'accept', last)).after, 'a')).toBe('mutual');
      expect(await store.contactsOf(last)).toMatchObject([{ peer: first }]);
    }),
  );

  it(
    'lists and counts as a plain map would, whatever wallets do',
    on(async (store) => {
      const kept = new Map<string, Pair>();
      const play = async (sequence: readonly Move[], index: number) => {
        const peer = `${index % 2 ? 'a' : 'z'}${index}`;
        for (const [who, action] of sequence) {
          const [mine, theirs] = who === 'wallet' ? ['me', peer] : [peer, 'me'];
          const after = step(kept.get(peer) ?? STRANGERS, sideOf(mine, theirs), action, 1000 + index);
          kept.set(peer, after);
          expect((await act(store, mine, action, theirs, 1000 + index)).after).toEqual(after);
        }
      };
      // Some at a time: that is quicker where the store is elsewhere.
      const left = [...SEQUENCES.entries()].filter(([index]) => index % everyNth === 0);
      const playSome = async () => {
        for (let next = left.pop(); next; next = left.pop()) await play(next[1], next[0]);
      };
      await Promise.all([playSome(), playSome(), playSome(), playSome()]);
      const seen = [...kept].filter(([peer, pair]) => stateFor(pair, sideOf('me', peer)) !== 'none');
      const asking = seen.filter(([peer, pair]) => stateFor(pair, sideOf('me', peer)) === 'asking').length;
      const listed = await store.contactsOf('me');
      expect(new Map(listed.map(({ peer, pair }) => [peer, pair]))).toEqual(new Map(seen));
      expect(await store.countContacts('me')).toEqual({ own: seen.length - asking, asking });
      const mutual = seen.flatMap(([peer, { a }]) => (a.state === 'mutual' ? [peer] : []));
      expect([...(await store.mutualContactsOf('me'))].sort()).toEqual(mutual.sort());
      for (const [peer, pair] of kept) expect(await store.contactPair(peer, 'me')).toEqual(pair);
    }),
  );
}
