import { LIMITS } from '@anypath/protocol';
import { LRUCache } from 'lru-cache';
import type { Maybe } from '../maybe.ts';
import type { DeviceRef } from './port.ts';

interface Seen {
  readonly fingerprint: string;
  readonly answer: unknown;
}

/** The key of a signal: wallets have no `:`, and identifiers have none either. */
export const signalKey = ({ wallet, deviceId }: DeviceRef, signalId: string): string =>
  `${wallet}:${deviceId}:${signalId}`;

/** Answers to signals, remembered for `signalMemoryMs`, so that a repeated one is answered as the first was. */
export class SeenSignals {
  readonly #seen: LRUCache<string, Seen>;

  /** @param nowMs a monotonic clock, milliseconds */
  constructor(nowMs: () => number) {
    const clock = { ttlResolution: 0, perf: { now: nowMs } };
    this.#seen = new LRUCache({ max: LIMITS.signalMemoryMaxEntries, ttl: LIMITS.signalMemoryMs, ...clock });
  }

  /**
   * Does a thing the first time that it is asked for.
   *
   * @param key of the signal
   * @param fingerprint of its content
   * @param make does it; where it throws or rejects, nothing is remembered
   * @returns its answer, also while that is still being made; `reused` where the key came with another content, or `make` says so
   */
  once<T>(key: string, fingerprint: string, make: () => Maybe<T | 'reused'>): Maybe<T | 'reused'> {
    const known = this.#seen.get(key);
    if (known) return known.fingerprint === fingerprint ? (known.answer as Maybe<T | 'reused'>) : 'reused';
    const answer = make();
    const seen: Seen = { fingerprint, answer };
    this.#seen.set(key, seen);
    if (answer instanceof Promise) {
      const forget = () => {
        if (this.#seen.peek(key) === seen) this.#seen.delete(key);
      };
      answer.then((made) => made === 'reused' && forget(), forget);
    }
    return answer;
  }
}
