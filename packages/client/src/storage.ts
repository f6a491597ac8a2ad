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

/**
 * A store whose `setItem` does not throw where it is full or forbidden: that costs the memory of a reload, and is no
 * reason to stop a conversation.
 */
export const lenient = (store: KeyValueStore): KeyValueStore => ({
  getItem: (key) => store.getItem(key),
  setItem: (key, value) => {
    try {
      store.setItem(key, value);
    } catch {
      store.removeItem(key);
    }
  },
  removeItem: (key) => store.removeItem(key),
});

/** The tab's own storage, which survives a reload; memory where there is none (Node, or storage denied by the browser). */
export function defaultStore(): KeyValueStore {
  try {
    return globalThis.sessionStorage ?? memoryStore();
  } catch {
    return memoryStore();
  }
}
