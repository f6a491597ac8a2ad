import { AnypathError } from '@anypath/protocol';

/** What a change of a `DurableStore` writes: each key with its new value, `undefined` removes it. */
export type Writes = readonly (readonly [key: string, value: unknown])[];

/**
 * Where the SDK keeps what must survive a reload or a crash: the device's key, what was not delivered, and what was received.
 * IndexedDB in browsers. Elsewhere bring one of your own, or the memory of the process is used. Values are anything that the
 * structured clone algorithm takes, `CryptoKey` among it.
 */
export interface DurableStore {
  /** Everything whose key begins with a prefix, by key in ascending order. */
  list(prefix: string): Promise<readonly (readonly [key: string, value: unknown])[]>;
  /**
   * Reads some keys and writes others, all or nothing, and nobody else in between: other tabs share the store.
   *
   * @param keys whose values `change` gets, in this order; `undefined` for one that is not there
   * @param change must be synchronous, and may be called again after a failure
   * @returns what `change` gave, once it is stored
   */
  update<T>(keys: readonly string[], change: (values: readonly unknown[]) => { writes: Writes; result: T }): Promise<T>;
}

/**
 * Keeps values for as long as the process lives. Hand the same one to `connect` again, and the next client goes on as the same device
 * where the last one stopped.
 */
export function memoryDurable(): DurableStore {
  const values = new Map<string, unknown>();
  return {
    list: async (prefix) =>
      [...values].filter(([key]) => key.startsWith(prefix)).sort(([one], [other]) => (one < other ? -1 : 1)),
    update: async (keys, change) => {
      const { writes, result } = change(keys.map((key) => values.get(key)));
      // A copy, as other stores make one; and all of them before the first is kept.
      const copies = writes.map(([key, value]) => [key, structuredClone(value)] as const);
      for (const [key, value] of copies) {
        if (value === undefined) values.delete(key);
        else values.set(key, value);
      }
      return result;
    },
  };
}

/**
 * A store whose failures are errors of ours, as of a full disk: they end what needed the store, and nothing else.
 *
 * @throws AnypathError `internal`, with the failure as its cause, from both methods
 */
export function explained(store: DurableStore): DurableStore {
  const told = (cause: unknown): never => {
    throw new AnypathError('internal', 'the store of this device failed', { cause });
  };
  return {
    list: (prefix) => store.list(prefix).catch(told),
    update: (keys, change) => store.update(keys, change).catch(told),
  };
}
