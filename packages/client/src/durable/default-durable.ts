import { type DurableStore, memoryDurable } from './durable-store.ts';

/** The browser's own, which all its pages of this origin share; `undefined` where there is none. */
export async function browserDurable(): Promise<DurableStore | undefined> {
  if (!globalThis.indexedDB) return undefined;
  try {
    const { indexedDbStore } = await import('./indexed-db.ts');
    return await indexedDbStore();
  } catch {
    // Private windows of some browsers deny it.
    return undefined;
  }
}

/** The browser's own, or the memory of the process. */
export const defaultDurable = async (): Promise<DurableStore> => (await browserDurable()) ?? memoryDurable();
