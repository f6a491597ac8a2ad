import { LRUCache } from 'lru-cache';
import type { Limit, Taken } from './port.ts';

/** Windows of rate limits that are counted at the same time; the oldest leave first. */
const WINDOWS_MAX = 100_000;

/** Rate limits that are counted in this process. */
export class LocalLimits {
  readonly #windows: LRUCache<string, number>;

  /** @param nowMs a monotonic clock, milliseconds */
  constructor(nowMs: () => number) {
    this.#windows = new LRUCache({ max: WINDOWS_MAX, ttl: 1, ttlResolution: 0, perf: { now: nowMs } });
  }

  /** Counts one use of a limit by a key. */
  take({ name, points, windowMs }: Limit, key: string): Taken {
    const counted = `${name} ${key}`;
    const used = (this.#windows.get(counted) ?? 0) + 1;
    // The window ends when the first use of it has become old.
    this.#windows.set(counted, used, used === 1 ? { ttl: windowMs } : { noUpdateTTL: true });
    const resetMs = this.#windows.getRemainingTTL(counted);
    return { ok: used <= points, remaining: Math.max(0, points - used), resetMs };
  }
}
