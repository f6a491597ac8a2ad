/**
 * Does one thing in each turn of the event loop, in the order in which they came. When thousands of clients come back at once, what those
 * that are there send does not wait until all the others have been let in.
 */
export class OneATurn {
  #waiting: (() => void)[] = [];
  /** The next one of `waiting`. */
  #next = 0;

  /** Does something in a turn of its own, with whatever follows from it at once. */
  run(act: () => void): void {
    this.#waiting.push(act);
    if (this.#waiting.length === this.#next + 1) setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    const act = this.#waiting[this.#next++];
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    } else {
      setImmediate(this.#turn);
    }
    act?.();
  };
}
