import type { KeyValueStore } from './storage.ts';
import { tabLock } from './tabs.ts';
import { ulid } from './ulid.ts';

const KEY = 'anypath:device';
/** A page that reloads may find its own lock still held for a moment; a duplicated tab finds it held for good. */
const LOCK_WAIT_MS = 500;

/**
 * The identity of this device: one for each tab, the same after a reload. A duplicated tab, whose storage is a copy,
 * gets an identity of its own.
 *
 * @param store where the identity is kept
 * @returns the identifier, and a function that gives it up
 */
export async function claimDevice(store: KeyValueStore): Promise<{ deviceId: string; release: () => void }> {
  const known = store.getItem(KEY);
  const first = known ? await lock(known) : undefined;
  if (known && first) return { deviceId: known, release: first };
  const deviceId = ulid();
  store.setItem(KEY, deviceId);
  return { deviceId, release: (await lock(deviceId)) ?? (() => undefined) };
}

/** Holds the name of a device against other tabs; where the platform has no locks there are no tabs either. */
async function lock(deviceId: string): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return () => undefined;
  return new Promise((resolve) => {
    locks
      .request(tabLock(deviceId), { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, () => {
        return new Promise<void>((release) => resolve(release));
      })
      .catch(() => resolve(undefined));
  });
}
