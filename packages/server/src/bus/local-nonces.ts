import { LIMITS } from '@anypath/protocol';

/** Nonces of the wallet sign-in that this process remembers. */
export class LocalNonces {
  readonly #nowMs: () => number;
  /** Until when each may be used; the oldest first. */
  readonly #untils = new Map<string, number>();

  /** @param nowMs a monotonic clock, milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Remembers a nonce for `LIMITS.nonceMs`; the oldest leave first where there are too many. */
  keep(nonce: string): void {
    const now = this.#nowMs();
    for (const [old, untilMs] of this.#untils) {
      if (untilMs > now && this.#untils.size < LIMITS.nonceMaxEntries) break;
      this.#untils.delete(old);
    }
    this.#untils.set(nonce, now + LIMITS.nonceMs);
  }

  /** Uses a nonce up. @returns whether it was known and had not expired */
  take(nonce: string): boolean {
    const untilMs = this.#untils.get(nonce) ?? 0;
    return this.#untils.delete(nonce) && untilMs > this.#nowMs();
  }
}
