import { type DurableStore, type KeyValueStore, memoryDurable } from '@anypath/client';

/** What one program sees of a disk. */
export interface Mounted {
  readonly durable: DurableStore;
  readonly storage: KeyValueStore;
  /** Resolves when nothing is being read or written. */
  idle(): Promise<void>;
  /** The program is gone: what it has not written yet never will be. */
  unmount(): void;
}

/** What a device keeps while its programs come and go: its key, its outbox, what it has received. */
export class Disk {
  readonly #durable = memoryDurable();
  readonly #values = new Map<string, string>();

  /** For the next program. */
  mount(): Mounted {
    let isMounted = true;
    let tasks = 0;
    let last = Promise.resolve();
    const check = () => {
      if (!isMounted) throw new Error('the program is gone');
    };
    // Reads and writes take a turn of the event loop, before they happen and after it: a program may be gone by then.
    const slowly = async <T>(task: () => Promise<T>): Promise<T> => {
      await turn();
      check();
      const result = await task();
      await turn();
      check();
      return result;
    };
    const inOrder = <T>(task: () => Promise<T>): Promise<T> => {
      tasks++;
      const done = last.then(() => slowly(task)).finally(() => tasks--);
      last = done.then(
        () => undefined,
        () => undefined,
      );
      return done;
    };
    const values = this.#values;
    return {
      durable: {
        list: (prefix) => inOrder(() => this.#durable.list(prefix)),
        update: (keys, change) => inOrder(() => this.#durable.update(keys, change)),
      },
      storage: {
        getItem: (key) => values.get(key) ?? null,
        setItem: (key, value) => void (isMounted && values.set(key, value)),
        removeItem: (key) => void (isMounted && values.delete(key)),
      },
      idle: async () => {
        do await turn();
        while (tasks > 0);
      },
      unmount: () => {
        isMounted = false;
      },
    };
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
