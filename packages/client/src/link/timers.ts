/** Timers by their name: setting one again replaces it. */
export class Timers<Name> {
  readonly #running = new Map<Name, ReturnType<typeof setTimeout>>();
  readonly #fired: (name: Name) => void;

  constructor(fired: (name: Name) => void) {
    this.#fired = fired;
  }

  /** @param ms from now, milliseconds; `undefined` calls it off */
  set(name: Name, ms: number | undefined): void {
    clearTimeout(this.#running.get(name));
    this.#running.delete(name);
    if (ms === undefined) return;
    const fire = () => {
      this.#running.delete(name);
      this.#fired(name);
    };
    this.#running.set(name, setTimeout(fire, ms));
  }

  clear(): void {
    for (const timer of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }
}
