import { dropOldest } from './drop-oldest.ts';

/** How long what was sent may turn out to be lost: longer than a node that is cut off takes to know it, milliseconds. */
const UNCERTAIN_MS = 5_000;

/** Wallets that are remembered; the oldest leave first. */
const WALLETS_MAX = 100_000;

/** Wallets with messages that the other nodes may not have been told of. */
export class Untold {
  readonly #nowMs: () => number;
  /** When each was told of last; the oldest first. */
  readonly #wallets = new Map<string, number>();
  #nextDropMs = 0;

  /** @param nowMs a monotonic clock, milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The others are told of a message for a wallet. @param isCut whether it is known that they do not hear it */
  note(wallet: string, isCut: boolean): void {
    const now = this.#nowMs();
    this.#wallets.delete(wallet);
    this.#wallets.set(wallet, now);
    const isFull = this.#wallets.size > WALLETS_MAX;
    if (!isFull && (isCut || now < this.#nextDropMs)) return;
    dropOldest(this.#wallets, (atMs) => !isCut && atMs + UNCERTAIN_MS < now, WALLETS_MAX);
    this.#nextDropMs = now + UNCERTAIN_MS;
  }

  /** Those that have to be told of again, once the others can be reached. */
  take(): string[] {
    const wallets = [...this.#wallets.keys()];
    this.#wallets.clear();
    return wallets;
  }
}
