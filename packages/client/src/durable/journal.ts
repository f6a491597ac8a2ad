import type { DurableStore } from './durable-store.ts';

/**
 * Writes that nobody waits for, gathered while the last ones are stored. What is put and removed before its turn is never
 * written at all: a message that is acknowledged at once does not touch the disk.
 */
export class Journal {
  readonly #store: DurableStore;
  readonly #failed: (error: unknown) => void;
  #pending = new Map<string, unknown>();
  #writing: Promise<void> | undefined;

  /** @param failed told where something could not be stored, such as on a full disk */
  constructor(store: DurableStore, failed: (error: unknown) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  put(key: string, value: unknown): void {
    this.#pending.set(key, value);
    this.#writing ??= this.#write();
  }

  remove(key: string): void {
    this.put(key, undefined);
  }

  /** Resolves when everything that was put until now is stored. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    // What the same turn of the event loop adds goes along.
    await Promise.resolve();
    while (this.#pending.size > 0) {
      const writes = [...this.#pending];
      this.#pending = new Map();
      try {
        await this.#store.update([], () => ({ writes, result: undefined }));
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#writing = undefined;
  }
}
