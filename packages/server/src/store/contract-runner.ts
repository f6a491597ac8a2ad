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
    const opened: Promise<S>[] = [];
    const another = () => {
      const store = (async (): Promise<S> => open())();
      opened.push(store);
      return store;
    };
    try {
      await another().then((store) => test(store, another));
    } finally {
      for (const store of opened) await store.then((each) => each.close());
    }
  };
