import { LRUCache } from 'lru-cache';
import type { Limit, Taken } from './port.ts';

/** Who uses limits at the same time; those who have not for longest leave first. */
const USERS_MAX = 100_000;

interface Window {
  used: number;
  /** When the window ends: so long after its first use, by the clock of the limits. */
  readonly endsMs: number;
}

/** Rate limits that are counted in this process. */
export class LocalLimits {
  readonly #nowMs: () => number;
  /** By who uses them, and then by the names of their limits: to look twice is faster than to join the two. */
  readonly #windows = new LRUCache<string, Map<string, Window>>({ max: USERS_MAX });

  /** @param nowMs a monotonic clock, milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Counts one use of a limit by a key. */
  take({ name, points, windowMs }: Limit, key: string): Taken {
    const nowMs = this.#nowMs();
    const { used, endsMs } = this.#count(name, key, nowMs, windowMs);
    return { ok: used <= points, remaining: Math.max(0, points - used), resetMs: endsMs - nowMs };
  }

  /** Ends of windows are kept here: what the cache would do for them takes longer than to count. */
  #count(name: string, key: string, nowMs: number, windowMs: number): Window {
    const windows = this.#windows.peek(key);
    const current = windows?.get(name);
    if (current && current.endsMs > nowMs) {
      current.used++;
      return current;
    }
    const fresh = { used: 1, endsMs: nowMs + windowMs };
    this.#windows.set(key, (windows ?? new Map()).set(name, fresh));
    return fresh;
  }
}
