import { AnypathError, type CallAckHeader, type CallHeader } from '@anypath/protocol';
import type { Call } from './call.ts';
import type { CallOptions, Calls, CallsHome } from './calls.ts';
import type { CallMedia } from './capture.ts';

/**
 * The calls of one link, with their code: it is loaded when the application listens for calls, makes one, or gets one, because most pages
 * begin without. What happens meanwhile waits in its order.
 */
export class CallsLater {
  readonly #home: CallsHome;
  #calls: Calls | undefined;
  #loading: Promise<Calls> | undefined;

  constructor(home: CallsHome) {
    this.#home = home;
  }

  /** Loads the code, where that was not done. @throws AnypathError `unreachable` where it cannot be had; it is tried again then */
  load(): Promise<Calls> {
    this.#loading ??= import('./calls.ts').then(
      ({ Calls }) => {
        this.#calls = new Calls(this.#home);
        return this.#calls;
      },
      (cause: unknown) => {
        this.#loading = undefined;
        throw new AnypathError('unreachable', undefined, { cause });
      },
    );
    return this.#loading;
  }

  /** As `Calls.start`. @throws AnypathError `unreachable` where the code of calls cannot be loaded */
  async start(media: CallMedia | MediaStream, options: CallOptions): Promise<Call> {
    return (await this.load()).start(media, options);
  }

  /** A frame of the other side. Where it is lost here, it is said again. */
  received(device: string, header: CallHeader | CallAckHeader, body: Uint8Array): void {
    if (this.#calls) return this.#calls.received(device, header, body);
    this.load().then(
      (calls) => calls.received(device, header, body),
      () => undefined,
    );
  }

  /** Does something with the calls that there are; where their code was not asked for, there are none. */
  each(act: (calls: Calls) => void): void {
    if (this.#calls) act(this.#calls);
    else this.#loading?.then(act).catch(() => undefined);
  }
}
