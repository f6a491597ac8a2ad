import { expect, it } from 'vitest';
import type { Maybe } from '../maybe.ts';
import { onStores } from './contract-runner.ts';
import type { Store } from './port.ts';

/** What the contract needs of a store. */
export type SecretStore = Pick<Store, 'secret' | 'close'>;

/**
 * What every store does with the secrets of an installation. Call it inside `describe`.
 *
 * @param open opens the store of the running test; called again it opens the same data, also while the first is still open. The data
 *   is empty at the start of each test.
 */
export function secretsContract(open: () => Maybe<SecretStore>): void {
  const on = onStores(open);
  const bytes = (...values: number[]) => new Uint8Array(values);

  it(
    'makes a secret once, and gives the same ever after',
    on(async (store, another) => {
      expect([...(await store.secret('jwt', () => bytes(1, 2, 255)))]).toEqual([1, 2, 255]);
      for (const each of [store, await another()]) {
        expect([...(await each.secret('jwt', () => bytes(9)))]).toEqual([1, 2, 255]);
        expect([...(await each.secret('other', () => bytes(7)))]).toEqual([7]);
      }
    }),
  );

  it(
    'has one secret where several make it at the same time',
    on(async (store, another) => {
      const stores = [store, await another(), await another(), await another()];
      const made = await Promise.all(stores.map(async (each, index) => each.secret('jwt', () => bytes(index))));
      expect(new Set(made.map(([first]) => first)).size).toBe(1);
    }),
  );
}
