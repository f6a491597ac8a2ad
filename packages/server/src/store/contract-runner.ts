/** What can be closed. */
interface Closable {
  close(): void;
}

/**
 * Runs the tests of a contract on a store.
 *
 * @param open opens the store of the running test; called again it opens the same data
 * @returns makes of a test on the store, and on others on the same data, one for `it`; what it opens is closed after it
 */
export const onStores =
  <S extends Closable>(open: () => S) =>
  (test: (store: S, another: () => S) => void) =>
  () => {
    const opened: S[] = [];
    const another = () => {
      const store = open();
      opened.push(store);
      return store;
    };
    try {
      test(another(), another);
    } finally {
      for (const store of opened) store.close();
    }
  };
