import { LIMITS } from '@anypath/protocol';
import type { Maybe } from '../maybe.ts';
import { dropOldest } from './drop-oldest.ts';
import type { DeviceRef } from './port.ts';

interface Seen {
  /** Of the first one's content. */
  readonly fingerprint: number;
  readonly answer: unknown;
  /** A whole number, which takes no memory of its own. */
  readonly untilMs: number;
}

/** How often old ones are looked for. */
const DROP_EVERY_MS = LIMITS.signalMemoryMs / 8;

/** The key of a signal: wallets have no `:`, and identifiers have none either. */
export const signalKey = ({ wallet, deviceId }: DeviceRef, signalId: string): string =>
  `${wallet}:${deviceId}:${signalId}`;

/** Answers to signals, remembered for `signalMemoryMs`, so that a repeated one is answered as the first was. */
export class SeenSignals {
  readonly #nowMs: () => number;
  /** The oldest first. */
  readonly #seen = new Map<string, Seen>();
  #nextDropMs = 0;

  /** @param nowMs a monotonic clock, milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * Does a thing the first time that it is asked for.
   *
   * @param key of the signal
   * @param fingerprint of its content
   * @param make does it; where it throws or rejects, nothing is remembered
   * @returns its answer, also while that is still being made; `reused` where the key came with another content, or `make` says so
   */
  once<T>(key: string, fingerprint: number, make: () => Maybe<T | 'reused'>): Maybe<T | 'reused'> {
    const nowMs = this.#nowMs();
    const known = this.#seen.get(key);
    if (known && known.untilMs > nowMs) {
      return known.fingerprint === fingerprint ? (known.answer as Maybe<T | 'reused'>) : 'reused';
    }
    const answer = make();
    const seen: Seen = { fingerprint, answer, untilMs: Math.round(nowMs + LIMITS.signalMemoryMs) };
    if (known) this.#seen.delete(key);
    this.#remember(key, seen, nowMs);
    if (answer instanceof Promise) {
      const forget = () => {
        if (this.#seen.get(key) === seen) this.#seen.delete(key);
      };
      answer.then((made) => made === 'reused' && forget(), forget);
    }
    return answer;
  }

  #remember(key: string, seen: Seen, nowMs: number): void {
    this.#seen.set(key, seen);
    if (this.#seen.size <= LIMITS.signalMemoryMaxEntries && nowMs < this.#nextDropMs) return;
    dropOldest(this.#seen, ({ untilMs }) => untilMs <= nowMs, LIMITS.signalMemoryMaxEntries);
    this.#nextDropMs = nowMs + DROP_EVERY_MS;
  }
}
