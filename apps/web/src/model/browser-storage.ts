import type { KeyValueStore } from '@anypath/client';

/** A browser's storage, or memory where the browser denies it. */
export function browserStorage(kind: 'localStorage' | 'sessionStorage'): KeyValueStore {
  try {
    return globalThis[kind] ?? memoryStorage();
  } catch {
    return memoryStorage();
  }
}

/** Keeps values for as long as the page lives. */
export function memoryStorage(): KeyValueStore {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

/** Writes a value. Returns whether there was room for it; a page goes on without. */
export function kept(store: KeyValueStore, key: string, value: string): boolean {
  try {
    store.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

/** Parses what a storage gave; `undefined` for nothing and for what is no JSON. */
export function parsedJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value has fields at all. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
