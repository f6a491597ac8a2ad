import { AnypathError, type CreditHeader, LIMITS } from '@anypath/protocol';
import { type Deferred, deferred } from '../deferred.ts';
import type { Lines } from '../link/lines.ts';

/** A piece that the other side does not have yet. */
interface Piece {
  readonly offset: number;
  readonly body: Uint8Array;
  readonly end: boolean;
}

/** How long the other side may say nothing before a stream goes again from what it has, milliseconds; doubled each time. */
const STALL = { firstMs: 1_000, maxMs: 8_000 } as const;

/** How often an abort is said that nobody answers. */
const ABORT_TRIES = 8;

/** The writing end of a stream: keeps what was written until the other side has it, and no more than a window of it. */
export class Outgoing {
  readonly id: string;
  /** Where the application writes. Closing it resolves when the other side has everything. */
  readonly writable: WritableStream<Uint8Array>;
  readonly #name: string;
  readonly #device: string;
  readonly #lines: Lines;
  readonly #over: () => void;
  /** In order; those before `#next` are on their way. */
  #pieces: Piece[] = [];
  #next = 0;
  #writtenTo = 0;
  #through = 0;
  /** The first piece alone asks whether there is a reader. */
  #isHeard = false;
  #limit: number = LIMITS.streamPieceBytes;
  #isPumping = false;
  #isClosing = false;
  #state: 'open' | 'aborting' | 'over' = 'open';
  #room: Deferred<void> | undefined;
  readonly #done = deferred<void>();
  #controller: WritableStreamDefaultController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stalls = 0;

  /**
   * @param device the device of the other side that reads
   * @param over called once when nothing more is to be said
   */
  constructor(id: string, name: string, device: string, lines: Lines, over: () => void) {
    this.id = id;
    this.#name = name;
    this.#device = device;
    this.#lines = lines;
    this.#over = over;
    this.writable = new WritableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          // `abort` below is called after a write that waits for room, and so never by itself.
          controller.signal.addEventListener('abort', () => this.#abort());
        },
        write: (bytes) => this.#write(bytes),
        close: () => this.#close(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: LIMITS.streamPieceBytes }),
    );
  }

  /** The reader says how far it is. */
  credited({ through, limit, done }: CreditHeader): void {
    if (this.#state !== 'open' || through > this.#writtenTo) return;
    this.#isHeard = true;
    if (through > this.#through || limit > this.#limit || done) this.#stalls = 0;
    this.#through = Math.max(through, this.#through);
    this.#limit = Math.max(limit, this.#limit);
    const settled = this.#pieces.filter(({ offset, body, end }) =>
      end ? done : offset + body.byteLength <= this.#through,
    ).length;
    this.#pieces = this.#pieces.slice(settled);
    this.#next = Math.max(0, this.#next - settled);
    if (done && this.#isClosing) return this.#finish();
    if (this.#writtenTo - this.#through < LIMITS.streamWindowBytes) this.#room?.resolve();
    this.#watch();
    void this.#pump();
  }

  /** What was on its way on a path that is gone goes out again. */
  rewind(): void {
    this.#next = 0;
    void this.#pump();
  }

  /** The reader has given up, or has answered our abort. */
  aborted(): void {
    this.fail(new AnypathError('stream_aborted'));
  }

  /** Ends it for the application, and says nothing more. */
  fail(error: AnypathError): void {
    if (this.#state === 'open') this.#controller?.error(error);
    this.#done.reject(error);
    this.#room?.reject(error);
    this.#finish();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; at += LIMITS.streamPieceBytes) {
      // A copy: the application may use its buffer again, and we may have to send once more.
      const body = bytes.slice(at, at + LIMITS.streamPieceBytes);
      this.#append(body, false);
      if (this.#writtenTo - this.#through < LIMITS.streamWindowBytes) continue;
      this.#room = deferred<void>();
      await this.#room.promise;
    }
  }

  #close(): Promise<void> {
    this.#isClosing = true;
    this.#append(new Uint8Array(0), true);
    return this.#done.promise;
  }

  #append(body: Uint8Array, end: boolean): void {
    this.#pieces.push({ offset: this.#writtenTo, body, end });
    this.#writtenTo += body.byteLength;
    void this.#pump();
  }

  get #isLive(): boolean {
    return this.#lines.isLive(this.#device);
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (let piece = this.#ready(); piece; piece = this.#ready()) {
      this.#next++;
      this.#watch();
      await this.#transmit(piece);
    }
    this.#isPumping = false;
    this.#watch();
  }

  #ready(): Piece | undefined {
    const piece = this.#pieces[this.#next];
    const mayGo = this.#state === 'open' && this.#isLive && (this.#isHeard || this.#next === 0);
    return piece && mayGo && piece.offset + piece.body.byteLength <= this.#limit ? piece : undefined;
  }

  #transmit({ offset, body, end }: Piece): Promise<void> {
    const named = offset === 0 ? { name: this.#name } : {};
    const header = { t: 'stream', id: this.id, offset, ...named, ...(end && { end }) } as const;
    return this.#lines.transmitBulk(this.#device, header, body);
  }

  /** While something is to be heard from the reader: an acknowledgement, or more credit. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#state !== 'open' || this.#pieces.length === 0) return;
    this.#timer = setTimeout(() => this.#onSilence(), Math.min(STALL.maxMs, STALL.firstMs * 2 ** this.#stalls));
  }

  #onSilence(): void {
    this.#stalls++;
    const isOnItsWay = this.#next > 0;
    if (isOnItsWay && this.#isLive) this.#lines.doubt();
    if (isOnItsWay) this.rewind();
    // All of it has arrived and the reader is slow, or its credit got lost.
    else if (this.#isLive) void this.#transmit({ offset: this.#through, body: new Uint8Array(0), end: false });
    this.#watch();
  }

  #abort(): void {
    if (this.#state !== 'open') return;
    this.#state = 'aborting';
    this.#pieces = [];
    this.#room?.resolve();
    this.#done.resolve();
    let tries = 0;
    const say = () => {
      if (tries++ === ABORT_TRIES) return this.#finish();
      this.#lines.transmit(this.#device, { t: 'abort', id: this.id, by: 'writer' });
      this.#timer = setTimeout(say, STALL.firstMs);
    };
    clearTimeout(this.#timer);
    say();
  }

  #finish(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    clearTimeout(this.#timer);
    this.#pieces = [];
    this.#done.resolve();
    this.#over();
  }
}
