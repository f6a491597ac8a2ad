/** Does what is asked for under one name one after the other; what is asked for under different names does not wait. */
export class KeyedQueue {
  /** Settles with the last piece of work under a name; never rejects. */
  readonly #tails = new Map<string, Promise<void>>();

  /**
   * Does something once everything before it under that name has ended, however that ended.
   *
   * @returns what it gives; rejects where it does
   */
  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#tails.get(name) ?? Promise.resolve()).then(work);
    const tail = result.then(ignore, ignore).then(() => {
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    });
    this.#tails.set(name, tail);
    return result;
  }

  /** Resolves once everything that was asked for before has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}

const ignore = (): void => undefined;
