/** Where the SDK keeps a few small values between page loads. `sessionStorage` and `localStorage` fit. */
export interface KeyValueStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Keeps values for as long as the page lives. */
export function memoryStore(): KeyValueStore {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

/** The tab's own storage, which survives a reload; memory where there is none (Node, or storage denied by the browser). */
export function defaultStore(): KeyValueStore {
  try {
    return globalThis.sessionStorage ?? memoryStore();
  } catch {
    return memoryStore();
  }
}
