import { expect, it } from 'vitest';
import type { Maybe } from '../maybe.ts';
import { onStores } from './contract-runner.ts';
import type { Store } from './port.ts';

/** What the contract needs of a store. */
export type FlagStore = Pick<Store, 'flags' | 'setFlag' | 'removeFlag' | 'close'>;

/**
 * What every store does with flags. Call it inside `describe`.
 *
 * @param open opens the store of the running test; called again it opens the same data. The data is empty at the start of each test.
 */
export function flagsContract(open: () => Maybe<FlagStore>): void {
  const on = onStores(open);
  const off = { key: 'rtc.ice', enabled: false, percent: 100, wallets: {} };
  const some = { key: 'rtc.signal', enabled: true, percent: 12.5, wallets: { alice: true, 'bob.example': false } };

  it(
    'has no flags at first, and keeps those that are set, by key',
    on(async (store, another) => {
      expect(await store.flags()).toEqual([]);
      await store.setFlag(some);
      await store.setFlag({ ...off, wallets: { carol: true } });
      await store.setFlag(off);
      for (const each of [store, await another()]) expect(await each.flags()).toEqual([off, some]);
    }),
  );

  it(
    'forgets a flag, also one that there is not',
    on(async (store, another) => {
      await store.setFlag(some);
      await store.removeFlag('rtc.ice');
      expect(await store.flags()).toEqual([some]);
      await (await another()).removeFlag('rtc.signal');
      expect(await store.flags()).toEqual([]);
    }),
  );
}
