import type { DurableStore } from './durable-store.ts';

/**
 * Between two writes, milliseconds: a transaction takes a browser more processor time than all else that a message needs. What is
 * acknowledged meanwhile is not written at all.
 */
const PAUSE_MS = 100;

/**
 * Writes that nobody waits for: the first at once, and what follows together, a little later. What is put and removed before its turn is
 * only removed: a message that is acknowledged soon is not stored.
 */
export class Journal {
  readonly #store: DurableStore;
  readonly #failed: (error: unknown) => void;
  #pending = new Map<string, unknown>();
  #writing: Promise<void> | undefined;
  /** Ends the pause before the next write. */
  #hurry: (() => void) | undefined;
  /** When the latest write began, by the steady clock. */
  #atMs = Number.NEGATIVE_INFINITY;

  /** @param failed told where something could not be stored, such as on a full disk */
  constructor(store: DurableStore, failed: (error: unknown) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  put(key: string, value: unknown): void {
    this.#pending.set(key, value);
    this.#writing ??= this.#write();
    // In a page that nobody sees, a timer may be a minute late.
    if (this.#pauseMs <= 0) this.#hurry?.();
  }

  remove(key: string): void {
    this.put(key, undefined);
  }

  /** Whether a write of that key waits for its turn. */
  has(key: string): boolean {
    return this.#pending.has(key);
  }

  /** Begins to store what waits: the page may be about to go. */
  hurry(): void {
    // What waits for a write that goes on follows it without a pause.
    this.#atMs = Number.NEGATIVE_INFINITY;
    this.#hurry?.();
  }

  /** Resolves when everything that was put until now is stored. Hurries nothing. */
  async settled(): Promise<void> {
    const isLater = this.#hurry === undefined && this.#pending.size > 0;
    await this.#writing;
    if (isLater) await this.#writing;
  }

  get #pauseMs(): number {
    return this.#atMs + PAUSE_MS - performance.now();
  }

  async #write(): Promise<void> {
    await this.#turn();
    const writes = [...this.#pending];
    this.#pending = new Map();
    this.#atMs = performance.now();
    try {
      await this.#store.update([], () => ({ writes, result: undefined }));
    } catch (error) {
      this.#failed(error);
    }
    this.#writing = this.#pending.size > 0 ? this.#write() : undefined;
  }

  /** When the next write may begin; what the same turn of the event loop adds goes along in any case. */
  async #turn(): Promise<void> {
    const pauseMs = this.#pauseMs;
    const over = new Promise<void>((resolve) => {
      this.#hurry = resolve;
    });
    const timer = pauseMs > 0 ? setTimeout(() => this.#hurry?.(), pauseMs) : undefined;
    if (timer === undefined) this.#hurry?.();
    await over;
    clearTimeout(timer);
    this.#hurry = undefined;
  }
}
