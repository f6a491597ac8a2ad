import type { Maybe } from '../maybe.ts';
import type { Store } from '../store/port.ts';

/** How often the store is told when devices were connected: all of them in one commit, so that it does not slow connecting down. */
const KEEP_EVERY_MS = 1_000;

/** When devices were connected last. What is newer than a second may be lost with the process. */
export class Sightings {
  readonly #store: Pick<Store, 'sawDevices'>;
  readonly #nowMs: () => number;
  /** How many connections each device has. */
  readonly #connections = new Map<string, number>();
  /** Those that the store is not told of yet. */
  #pending = new Map<string, { readonly wallet: string; readonly keyId: string; readonly seenMs: number }>();
  #timer: NodeJS.Timeout | undefined;

  /** @param nowMs Unix time in milliseconds */
  constructor(store: Pick<Store, 'sawDevices'>, nowMs: () => number) {
    this.#store = store;
    this.#nowMs = nowMs;
  }

  /** A device is there now. */
  saw(wallet: string, keyId: string): void {
    this.#pending.set(nameOf(wallet, keyId), { wallet, keyId, seenMs: this.#nowMs() });
    this.#timer ??= setTimeout(() => void this.#keep(), KEEP_EVERY_MS).unref();
  }

  /** A device has one connection more. @returns to be called once, when it ends */
  connected(wallet: string, keyId: string): () => void {
    const name = nameOf(wallet, keyId);
    this.#connections.set(name, (this.#connections.get(name) ?? 0) + 1);
    return () => {
      const left = (this.#connections.get(name) ?? 1) - 1;
      if (left > 0) this.#connections.set(name, left);
      else this.#connections.delete(name);
      this.saw(wallet, keyId);
    };
  }

  /** When a device was there last, as far as the store may not know it, Unix time in milliseconds; else 0. */
  of(wallet: string, keyId: string): number {
    const name = nameOf(wallet, keyId);
    return this.#connections.has(name) ? this.#nowMs() : (this.#pending.get(name)?.seenMs ?? 0);
  }

  /** Tells the store now, and not by itself any more. */
  close(): Maybe<void> {
    return this.#keep();
  }

  async #keep(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const seen = [...this.#pending.values()];
    this.#pending = new Map();
    try {
      await this.#store.sawDevices(seen);
    } catch {
      // Such as a full disk: whoever has something to store is told, and these are not worth the process.
    }
  }
}

/** A wallet has no `:`. */
const nameOf = (wallet: string, keyId: string): string => `${wallet}:${keyId}`;
