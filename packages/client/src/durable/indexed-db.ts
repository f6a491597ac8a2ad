import type { KeyValueStore } from '../storage.ts';
import { type Company, companyOf } from './company.ts';
import type { DurableStore, Writes } from './durable-store.ts';

const NAME = 'anypath';
const TABLE = 'values';
/** Sorts after every text that begins with the prefix. */
const END = '\uffff';

/** The store of this page's origin. */
export interface BrowserStore extends DurableStore {
  /**
   * Finds out which other pages use a part of it.
   *
   * @param part such as a wallet
   * @param marks where something can be written at once
   * @param write writes what is only in this page's memory
   * @returns `undefined` where the browser has no locks, and so no way to find out
   */
  company(part: string, marks: KeyValueStore, write: () => Promise<void>): Company | undefined;
}

/**
 * Opens the store of this page's origin.
 *
 * @param name of the database
 * @throws DOMException where the browser denies it
 */
export async function indexedDbStore(name = NAME): Promise<BrowserStore> {
  const db = await opened(name);
  return {
    company: (part, marks, write) =>
      navigator.locks && companyOf(navigator.locks, `${name}:pages:${part}`, marks, write),
    list: (prefix) =>
      new Promise((resolve, reject) => {
        const table = db.transaction(TABLE).objectStore(TABLE);
        const range = IDBKeyRange.bound(prefix, prefix + END);
        const keys = table.getAllKeys(range);
        const values = table.getAll(range);
        table.transaction.oncomplete = () =>
          resolve(keys.result.map((key, index) => [String(key), values.result[index]]));
        table.transaction.onabort = () => reject(table.transaction.error);
      }),
    update: <T>(keys: readonly string[], change: (values: readonly unknown[]) => { writes: Writes; result: T }) =>
      new Promise<T>((resolve, reject) => {
        // Survives a crash of the browser; waiting for the disk each time would cost tens of milliseconds a message.
        const transaction = db.transaction(TABLE, 'readwrite', { durability: 'relaxed' });
        const table = transaction.objectStore(TABLE);
        let result: T;
        const act = (values: readonly unknown[]) => {
          try {
            const changed = change(values);
            result = changed.result;
            for (const [key, value] of changed.writes) {
              if (value === undefined) table.delete(key);
              else table.put(value, key);
            }
            // Left to itself, a browser asks this page first whether there is more.
            transaction.commit();
          } catch (error) {
            reject(error);
            transaction.abort();
          }
        };
        const requests = keys.map((key) => table.get(key));
        const last = requests.at(-1);
        transaction.oncomplete = () => resolve(result);
        transaction.onabort = () => reject(transaction.error);
        if (!last) return act([]);
        // Requests of one transaction are answered in order.
        last.onsuccess = () => act(requests.map((request) => request.result as unknown));
      }),
  };
}

function opened(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      // Another tab with a newer version of the page wants to change it.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
  });
}
