import { LRUCache } from 'lru-cache';
import type { Notes } from './port.ts';

/** Notes at most; the oldest leave first. */
const MAX_NOTES = 50_000;

/** Notes that this process keeps for itself. */
export class LocalNotes implements Notes {
  readonly #notes: LRUCache<string, string>;

  /** @param nowMs a monotonic clock, milliseconds */
  constructor(nowMs: () => number) {
    this.#notes = new LRUCache({ max: MAX_NOTES, ttl: 1, ttlResolution: 0, perf: { now: nowMs } });
  }

  get(name: string): string | undefined {
    return this.#notes.get(name);
  }

  set(name: string, text: string, ttlMs: number): void {
    this.#notes.set(name, text, { ttl: ttlMs });
  }

  claim(name: string, text: string, ttlMs: number): string {
    const held = this.#notes.get(name);
    if (held !== undefined) return held;
    this.set(name, text, ttlMs);
    return text;
  }

  delete(name: string): void {
    this.#notes.delete(name);
  }
}
