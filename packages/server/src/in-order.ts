import type { Maybe } from './maybe.ts';

/** Does things in the order in which they were asked for, also where some have to wait for what they need. */
export class InOrder {
  /** Settles once everything that waits has been begun; never rejects. */
  #tail: Promise<void> | undefined;

  /**
   * Does something once what it needs is there and everything before it has been begun; at once where nothing is to be waited for.
   *
   * @param needed what it needs; where that rejects, it is not done
   * @param act does it; the next one does not wait for its end
   * @returns what `act` gives; rejects where `needed` or `act` does
   */
  do<N, R>(needed: Maybe<N>, act: (needed: N) => Maybe<R>): Maybe<R> {
    const before = this.#tail;
    if (before === undefined && !(needed instanceof Promise)) return act(needed);
    // Wrapped, so that a promise of its result is not waited for.
    const begun = Promise.all([needed, before]).then(([value]) => ({ result: act(value) }));
    const tail = begun.then(
      () => undefined,
      () => before,
    );
    this.#tail = tail;
    void tail.then(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    return begun.then(({ result }) => result);
  }
}
