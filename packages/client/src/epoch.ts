import type { KeyValueStore } from './storage.ts';
import { ulid } from './ulid.ts';

const EPOCH_KEY = 'anypath:epoch';

/** A name for the stream of a link that is opened: it sorts after the last one's, also where the clock went back. */
export function nextEpoch(store: KeyValueStore): string {
  const last = Number(store.getItem(EPOCH_KEY)) || 0;
  const now = Math.max(Date.now(), last + 1);
  store.setItem(EPOCH_KEY, String(now));
  return ulid(now);
}
