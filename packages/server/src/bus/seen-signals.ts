import { LIMITS } from '@anypath/protocol';
import type { Maybe } from '../maybe.ts';
import { type DeviceRef, OK } from './port.ts';

/** Signals that came within the same time. */
interface Generation {
  /** Of their contents, by their keys. */
  readonly fingerprints: Map<string, number>;
  /** Of those whose answer is not the usual one. */
  readonly answers: Map<string, unknown>;
}

/** The key of a signal: wallets have no `:`, and identifiers have none either. */
export const signalKey = ({ wallet, deviceId }: DeviceRef, signalId: string): string =>
  `${wallet}:${deviceId}:${signalId}`;

/**
 * Answers to signals, remembered for `signalMemoryMs` at least and twice as long at most, so that a repeated one is answered as the first
 * was. They are forgotten a generation at a time: what is kept for each of them, and taken away again one by one, takes longer than
 * everything else that is done for a signal here.
 */
export class SeenSignals {
  readonly #nowMs: () => number;
  #current = generation();
  #previous = generation();
  /** When the current generation is over. */
  #endsMs = Number.NEGATIVE_INFINITY;

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
    this.#forgetOld();
    const generation = this.#current.fingerprints.has(key) ? this.#current : this.#previous;
    const known = generation.fingerprints.get(key);
    if (known !== undefined)
      return known === fingerprint ? (answerOf(generation, key) as Maybe<T | 'reused'>) : 'reused';
    const answer = make();
    remember(this.#current, key, fingerprint, answer);
    return answer;
  }

  #forgetOld(): void {
    const nowMs = this.#nowMs();
    const isOver = nowMs >= this.#endsMs;
    if (!isOver && this.#current.fingerprints.size < LIMITS.signalMemoryMaxEntries / 2) return;
    const isLongOver = nowMs >= this.#endsMs + LIMITS.signalMemoryMs;
    this.#previous = isLongOver ? generation() : this.#current;
    this.#current = generation();
    this.#endsMs = (isOver && !isLongOver ? this.#endsMs : nowMs) + LIMITS.signalMemoryMs;
  }
}

const generation = (): Generation => ({ fingerprints: new Map(), answers: new Map() });

const answerOf = ({ answers }: Generation, key: string): unknown => (answers.has(key) ? answers.get(key) : OK);

function remember({ fingerprints, answers }: Generation, key: string, fingerprint: number, answer: unknown): void {
  fingerprints.set(key, fingerprint);
  if (answer === OK) return;
  answers.set(key, answer);
  if (!(answer instanceof Promise)) return;
  const forget = () => {
    if (answers.get(key) === answer) for (const map of [fingerprints, answers]) map.delete(key);
  };
  answer.then((made) => made === 'reused' && forget(), forget);
}
