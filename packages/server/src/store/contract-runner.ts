import type { Maybe } from '../maybe.ts';

/** What can be closed. */
interface Closable {
  close(): Maybe<void>;
}

/**
 * Runs the tests of a contract on a store.
 *
 * @param open opens the store of the running test; called again it opens the same data
 * @returns makes of a test on the store, and on others on the same data, one for `it`; what it opens is closed after it
 */
export const onStores =
  <S extends Closable>(open: () => Maybe<S>) =>
  (test: (store: S, another: () => Promise<S>) => Promise<void>) =>
  async () => {
    const opened: S[] = [];
    const another = async () => {
      const store = await open();
      opened.push(store);
      return store;
    };
    try {
      await test(await another(), another);
    } finally {
      for (const store of opened) await store.close();
    }
  };
