import { type AbortHeader, AnypathError, type CreditHeader, LIMITS, type StreamHeader } from '@anypath/protocol';
import type { Lines } from '../link/lines.ts';
import { Incoming } from './incoming.ts';
import { Outgoing } from './outgoing.ts';

/** A stream that we write. */
export interface OutgoingStream {
  /** Its name (ULID), the same on both sides. */
  readonly id: string;
  /**
   * Takes bytes as fast as the other side's application reads them. `close` resolves when the other side has all of them; `abort` gives
   * up. It fails with `stream_aborted` where the other side gave up or was reloaded, and with `link_closed` where the link was closed.
   */
  readonly writable: WritableStream<Uint8Array>;
}

/** A stream that the other side writes. */
export interface IncomingStream {
  /** Its name (ULID), the same on both sides. */
  readonly id: string;
  /** What the writer calls it. */
  readonly name: string;
  /** Gives the bytes in order, each once. `cancel` gives up. It fails with `stream_aborted` and `link_closed` as the other end does. */
  readonly readable: ReadableStream<Uint8Array>;
}

/** A stream that is to be opened. */
export interface Opening {
  /** Its name (ULID). */
  readonly id: string;
  /** What the writer calls it. */
  readonly name: string;
  /** The device that reads. */
  readonly device: string;
  /** Called once when nothing more is to be said. */
  over(): void;
}

/** Streams that are remembered after their end, so that what comes late is answered as it should be. */
const REMEMBERED_MAX = 256;

/** The streams of one link, in both directions. Each belongs to one page of the other side. */
export class Streams {
  readonly #lines: Lines;
  readonly #opened: (stream: IncomingStream) => boolean;
  readonly #outgoing = new Map<string, Outgoing>();
  readonly #incoming = new Map<string, Incoming>();
  readonly #past = new Map<string, { readonly isDone: boolean }>();

  /** @param opened tells the application of a stream. @returns whether anybody listens */
  constructor(lines: Lines, opened: (stream: IncomingStream) => boolean) {
    this.#lines = lines;
    this.#opened = opened;
  }

  /** Opens a stream to a device. */
  open({ id, name, device, over }: Opening): OutgoingStream {
    const stream = new Outgoing(id, name, device, this.#lines, () => {
      this.#outgoing.delete(id);
      over();
    });
    this.#outgoing.set(id, stream);
    return { id, writable: stream.writable };
  }

  /** A frame of the other side. */
  received(fromDevice: string, header: StreamHeader | CreditHeader | AbortHeader, body: Uint8Array): void {
    if (header.t === 'credit') return this.#outgoing.get(header.id)?.credited(header);
    if (header.t === 'abort') return this.#onAbort(fromDevice, header);
    const known = this.#incoming.get(header.id) ?? this.#begin(fromDevice, header);
    known?.received(header, body);
  }

  /** Another path carries what is sent from now on, and the one before it may have lost something. */
  pathLost(): void {
    for (const stream of this.#outgoing.values()) stream.rewind();
    for (const stream of this.#incoming.values()) stream.tell();
  }

  /** Ends all of them. */
  close(): void {
    const error = new AnypathError('link_closed');
    for (const stream of [...this.#outgoing.values(), ...this.#incoming.values()]) stream.fail(error);
  }

  #begin(fromDevice: string, { id, offset, name, end }: StreamHeader): Incoming | undefined {
    const past = this.#past.get(id);
    if (past?.isDone) {
      const credit = { t: 'credit', id, through: 0, limit: 0, done: true } as const;
      this.#lines.transmit(fromDevice, credit);
      return undefined;
    }
    const isTooMuch = this.#incoming.size >= LIMITS.streamsMax;
    // Its beginning was another page's, or it was given up here.
    if (past || offset > 0 || (name === undefined && !end) || isTooMuch) {
      this.#lines.transmit(fromDevice, { t: 'abort', id, by: 'reader' });
      return undefined;
    }
    const stream = new Incoming(id, name ?? '', fromDevice, this.#lines, (isDone) => {
      this.#incoming.delete(id);
      this.#remember(id, isDone);
    });
    if (!this.#opened({ id, name: stream.name, readable: stream.readable })) return undefined;
    this.#incoming.set(id, stream);
    return stream;
  }

  #onAbort(fromDevice: string, { id, by }: AbortHeader): void {
    if (by === 'reader') return this.#outgoing.get(id)?.aborted();
    this.#incoming.get(id)?.aborted();
    this.#lines.transmit(fromDevice, { t: 'abort', id, by: 'reader' });
  }

  #remember(id: string, isDone: boolean): void {
    this.#past.set(id, { isDone });
    const [oldest] = this.#past.keys();
    if (this.#past.size > REMEMBERED_MAX && oldest !== undefined) this.#past.delete(oldest);
  }
}
