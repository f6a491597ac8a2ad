import { LRUCache } from 'lru-cache';
import type { Maybe } from './maybe.ts';

/**
 * Believes answers for a moment, so that what is asked for every message is cheap. Those who ask while an answer is on its way get that
 * one, and in the order in which they asked.
 */
export class Believed<V extends NonNullable<unknown>> {
  readonly #known: LRUCache<string, Maybe<V>>;
  readonly #ttlMs: number;
  readonly #versionOf: () => number | undefined;
  #version: number | undefined;
  /** When all of them are doubted. */
  #untilMs = Number.NEGATIVE_INFINITY;

  /**
   * @param max answers that are remembered; the oldest leave first
   * @param ttlMs how long they are believed: a change by another process is seen after this time at the latest
   * @param versionOf gives another number after each change by another process; where it gives the same one as `ttlMs` ago, they are believed
   *   for as long again. `undefined` where that is not known.
   */
  constructor(max: number, ttlMs: number, versionOf: () => number | undefined = () => undefined) {
    this.#known = new LRUCache({ max });
    this.#ttlMs = ttlMs;
    this.#versionOf = versionOf;
  }

  /** @param ask gives the answer where none is known; where it fails nothing is remembered */
  of(key: string, ask: () => Maybe<V>): Maybe<V> {
    this.#doubt();
    const known = this.#known.peek(key);
    if (known !== undefined) return known;
    const value = ask();
    this.#known.set(key, value);
    if (value instanceof Promise) this.#settle(key, value);
    return value;
  }

  /** Asks again the next time; an answer that is on its way is not remembered. */
  forget(key: string): void {
    this.#known.delete(key);
  }

  /** Now and then for all together: to keep for each when it ends takes longer than to look it up. */
  #doubt(): void {
    const nowMs = performance.now();
    if (nowMs < this.#untilMs) return;
    const version = this.#versionOf();
    if (version === undefined || version !== this.#version) this.#known.clear();
    this.#version = version;
    this.#untilMs = nowMs + this.#ttlMs;
  }

  /** From then on the answer is there at once, unless it was forgotten meanwhile. */
  #settle(key: string, answer: Promise<V>): void {
    const isCurrent = () => this.#known.peek(key) === answer;
    answer.then(
      (value) => isCurrent() && this.#known.set(key, value),
      () => isCurrent() && this.#known.delete(key),
    );
  }
}
