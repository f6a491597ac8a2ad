import { LIMITS } from '@anypath/protocol';
import { LocalNonces } from './local-nonces.ts';
import type { Ask } from './redis-link.ts';

/** Nonces of the wallet sign-in that any node may use up; those that are made while Redis does not answer only the one that made them. */
export class SharedNonces {
  readonly #ask: Ask;
  readonly #prefix: string;
  readonly #local: LocalNonces;

  /**
   * @param ask asks Redis
   * @param prefix of its keys
   * @param nowMs a monotonic clock, milliseconds
   */
  constructor(ask: Ask, prefix: string, nowMs: () => number) {
    this.#ask = ask;
    this.#prefix = prefix;
    this.#local = new LocalNonces(nowMs);
  }

  /** Remembers a nonce. */
  async keep(nonce: string): Promise<void> {
    await this.#ask(['SET', this.#keyOf(nonce), '1', 'PX', String(LIMITS.nonceMs)]).catch(() => {
      this.#local.keep(nonce);
    });
  }

  /**
   * Uses a nonce up. One that Redis has can be used by nobody while Redis does not answer: another node might use it too.
   *
   * @returns whether it was known, had not expired, and was used by nobody else
   */
  async take(nonce: string): Promise<boolean> {
    // Both are asked: it may be in both, where the answer of Redis was late.
    const isHere = this.#local.take(nonce);
    const there = await this.#ask(['GETDEL', this.#keyOf(nonce)]).catch(() => null);
    return isHere || there !== null;
  }

  #keyOf(nonce: string): string {
    return `${this.#prefix}:nonce:${nonce}`;
  }
}
