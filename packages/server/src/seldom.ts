/** Somebody for whom it was done a moment ago. */
interface Quiet {
  readonly timer: NodeJS.Timeout;
  /** Whether there is more to do. */
  pending: boolean;
}

/** Does something for each key at once, but at most once in a time; what is asked for meanwhile is done at its end, together. */
export class Seldom {
  readonly #everyMs: number;
  readonly #act: (key: string) => void;
  readonly #quiet = new Map<string, Quiet>();

  /** @param act what is done; it should do what holds at that moment */
  constructor(everyMs: number, act: (key: string) => void) {
    this.#everyMs = everyMs;
    this.#act = act;
  }

  /** Does it now, or soon. */
  do(key: string): void {
    const quiet = this.#quiet.get(key);
    if (quiet) {
      quiet.pending = true;
      return;
    }
    const timer = setTimeout(() => {
      const { pending } = this.#quiet.get(key) ?? { pending: false };
      this.#quiet.delete(key);
      if (pending) this.do(key);
    }, this.#everyMs);
    this.#quiet.set(key, { timer: timer.unref(), pending: false });
    this.#act(key);
  }

  /** Does not do what is still to be done. */
  close(): void {
    for (const { timer } of this.#quiet.values()) clearTimeout(timer);
    this.#quiet.clear();
  }
}
