import { LRUCache } from 'lru-cache';
import type { Maybe } from './maybe.ts';

interface Entry<V> {
  readonly value: Maybe<V>;
  /** Ends are kept here: what the cache would do for them takes longer than to look. */
  readonly untilMs: number;
}

/**
 * Believes answers for a moment, so that what is asked for every message is cheap. Those who ask while an answer is on its way get that
 * one, and in the order in which they asked.
 */
export class Believed<V extends NonNullable<unknown>> {
  readonly #known: LRUCache<string, Entry<V>>;
  readonly #ttlMs: number;

  /**
   * @param max answers that are remembered; those that were asked for longest ago leave first
   * @param ttlMs how long they are believed: a change by another process is seen after this time at the latest
   */
  constructor(max: number, ttlMs: number) {
    this.#known = new LRUCache({ max });
    this.#ttlMs = ttlMs;
  }

  /** @param ask gives the answer where none is known; where it fails nothing is remembered */
  of(key: string, ask: () => Maybe<V>): Maybe<V> {
    const known = this.#known.peek(key);
    const nowMs = performance.now();
    if (known && known.untilMs > nowMs) return known.value;
    const value = ask();
    const entry = { value, untilMs: nowMs + this.#ttlMs };
    this.#known.set(key, entry);
    if (value instanceof Promise) this.#settle(key, entry, value);
    return value;
  }

  /** Asks again the next time; an answer that is on its way is not remembered. */
  forget(key: string): void {
    this.#known.delete(key);
  }

  /** From then on the answer is there at once, unless it was forgotten meanwhile. */
  #settle(key: string, entry: Entry<V>, answer: Promise<V>): void {
    const isCurrent = () => this.#known.peek(key) === entry && entry.untilMs > performance.now();
    answer.then(
      (value) => isCurrent() && this.#known.set(key, { value, untilMs: performance.now() + this.#ttlMs }),
      () => isCurrent() && this.#known.delete(key),
    );
  }
}
