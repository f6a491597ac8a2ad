import { AnypathError } from '@anypath/protocol';

/** Something whose code is loaded when it is first needed. What happens meanwhile waits in its order. */
export class Later<T> {
  readonly #make: () => Promise<T>;
  #made: T | undefined;
  #loading: Promise<T> | undefined;

  /** @param make loads the code, and makes it; called again after it has failed */
  constructor(make: () => Promise<T>) {
    this.#make = make;
  }

  /** It, where its code is there. */
  get made(): T | undefined {
    return this.#made;
  }

  /** Loads the code, where that was not done. @throws AnypathError `unreachable` where it cannot be had; it is tried again then */
  load(): Promise<T> {
    this.#loading ??= this.#make().then(
      (made) => {
        this.#made = made;
        return made;
      },
      (cause: unknown) => {
        this.#loading = undefined;
        throw new AnypathError('unreachable', undefined, { cause });
      },
    );
    return this.#loading;
  }

  /** Does something with it, at once where its code is there; not at all where that cannot be had. */
  use(act: (made: T) => void): void {
    if (this.#made) act(this.#made);
    else this.load().then(act, () => undefined);
  }

  /** The same, where its code was asked for before; else there is nothing yet to do it with. */
  useIfAny(act: (made: T) => void): void {
    if (this.#made) act(this.#made);
    else this.#loading?.then(act).catch(() => undefined);
  }
}
