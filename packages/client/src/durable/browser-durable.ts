import type { BrowserStore } from './indexed-db.ts';

/** The browser's own, which all its pages of this origin share; `undefined` where there is none. */
export async function browserDurable(): Promise<BrowserStore | undefined> {
  if (!globalThis.indexedDB) return undefined;
  try {
    const { indexedDbStore } = await import('./indexed-db.ts');
    return await indexedDbStore();
  } catch {
    // Private windows of some browsers deny it.
    return undefined;
  }
}
