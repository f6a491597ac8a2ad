/** Has answers given in the order in which they were asked for, among those that have a name in common. */
export class Turns {
  /** Settles when the last answer under a name was given; never rejects. */
  readonly #tails = new Map<string, Promise<void>>();

  /**
   * Gives the answer of some work that has begun, once all answers before it were given.
   *
   * @param names what the order is kept for, such as wallets
   */
  take<T>(names: readonly string[], work: Promise<T>): Promise<T> {
    const before = names.flatMap((name) => this.#tails.get(name) ?? []);
    // It may fail while it waits for its turn: nobody has heard of it by then, and that is no fault.
    work.catch(ignore);
    const answer = Promise.all(before).then(() => work);
    const tail = answer.then(ignore, ignore).then(() => {
      for (const name of names) if (this.#tails.get(name) === tail) this.#tails.delete(name);
    });
    for (const name of names) this.#tails.set(name, tail);
    return answer;
  }

  /** Resolves once everything that was asked for before is answered. */
  async settled(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}

const ignore = (): void => undefined;
