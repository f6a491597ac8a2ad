import { Emitter } from '@socket.io/component-emitter';

type Listener = (...args: unknown[]) => void;

/** Typed events: `Events` maps each name to its listener. */
export class Events<Map extends Record<keyof Map, (...args: never[]) => void>> {
  readonly #emitter = new Emitter();

  /**
   * Calls `listener` at every event of that name.
   *
   * @returns a function that removes the listener
   */
  on<E extends keyof Map & string>(event: E, listener: Map[E]): () => void {
    this.#emitter.on(event as string, listener as unknown as Listener);
    return () => void this.#emitter.off(event as string, listener as unknown as Listener);
  }

  /** Calls the listeners. One that throws is reported like any uncaught error and stops nobody else. */
  protected emit<E extends keyof Map & string>(event: E, ...args: Parameters<Map[E]>): void {
    // A copy: a listener may remove itself while it is called.
    for (const listener of [...this.#emitter.listeners(event as string)]) {
      try {
        listener(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Whether anybody listens. */
  protected hasListeners<E extends keyof Map & string>(event: E): boolean {
    return this.#emitter.hasListeners(event as string);
  }

  /** Removes every listener. */
  protected removeListeners(): void {
    this.#emitter.off();
  }
}
