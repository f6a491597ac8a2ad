import { type DurableStore, memoryDurable } from './durable-store.ts';

/** The browser's own, or the memory of the process. */
export async function defaultDurable(): Promise<DurableStore> {
  if (!globalThis.indexedDB) return memoryDurable();
  try {
    const { indexedDbStore } = await import('./indexed-db.ts');
    return await indexedDbStore();
  } catch {
    // Private windows of some browsers deny it.
    return memoryDurable();
  }
}
