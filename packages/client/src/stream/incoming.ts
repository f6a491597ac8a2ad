import { AnypathError, LIMITS, type StreamHeader } from '@anypath/protocol';
import type { Lines } from '../link/lines.ts';

/** The reader tells how far it is after so many bytes, or after so many milliseconds. */
const TELL = { everyBytes: LIMITS.streamWindowBytes / 8, afterMs: 20 } as const;

/** The reading end of a stream: holds no more than a window that the application has not taken. */
export class Incoming {
  readonly id: string;
  /** What the writer calls it. */
  readonly name: string;
  /** Where the application reads. */
  readonly readable: ReadableStream<Uint8Array>;
  readonly #device: string;
  readonly #lines: Lines;
  readonly #over: (isDone: boolean) => void;
  #through = 0;
  #taken = 0;
  #toldTaken = 0;
  #toldThrough = 0;
  #endAt: number | undefined;
  /** Arrived before something that is still missing. */
  readonly #early = new Map<number, Uint8Array>();
  /** In order, and not taken yet. */
  readonly #queue: Uint8Array[] = [];
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wake: (() => void) | undefined;
  #isOver = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param over called once: whether everything was received, or it was given up */
  constructor(id: string, name: string, device: string, lines: Lines, over: (isDone: boolean) => void) {
    this.id = id;
    this.name = name;
    this.#device = device;
    this.#lines = lines;
    this.#over = over;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.#cancel(),
      },
      { highWaterMark: 0 },
    );
  }

  /** A piece has come: also again, or ahead of others. */
  received({ offset, end }: StreamHeader, body: Uint8Array): void {
    if (this.#isOver) return;
    if (end && offset >= this.#through) this.#endAt ??= offset + body.byteLength;
    const isNews = offset + body.byteLength > this.#through;
    const fits = offset + body.byteLength <= this.#taken + LIMITS.streamWindowBytes;
    if (isNews && fits && body.byteLength > 0 && !this.#early.has(offset)) this.#early.set(offset, body);
    this.#settle();
    this.#wake?.();
    if (!isNews || this.#isDone) this.tell();
    else this.#tellSoon();
  }

  /** The writer has given up. */
  aborted(): void {
    this.fail(new AnypathError('stream_aborted'));
  }

  /** Ends it for the application. */
  fail(error: AnypathError): void {
    if (this.#isOver) return;
    this.#controller?.error(error);
    this.#finish(false);
  }

  /** Tells the writer how far it may go. */
  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#toldTaken = this.#taken;
    this.#toldThrough = this.#through;
    const limit = this.#taken + LIMITS.streamWindowBytes;
    const header = { t: 'credit', id: this.id, through: this.#through, limit, done: this.#isDone } as const;
    this.#lines.transmit(this.#device, header);
  }

  get #isDone(): boolean {
    return this.#endAt === this.#through;
  }

  /** Takes what has its turn; a piece that overlaps counts from where we are. */
  #settle(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const [offset, body] of this.#early) {
        if (offset > this.#through) continue;
        this.#early.delete(offset);
        const fresh = body.subarray(this.#through - offset);
        if (offset + body.byteLength <= this.#through) continue;
        this.#queue.push(fresh);
        this.#through += fresh.byteLength;
        moved = true;
      }
    }
  }

  async #pull(): Promise<void> {
    while (!this.#isOver) {
      const next = this.#queue.shift();
      if (next) {
        this.#taken += next.byteLength;
        this.#tellSoon();
        return this.#controller?.enqueue(next);
      }
      if (this.#isDone) {
        this.#controller?.close();
        return this.#finish(true);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #tellSoon(): void {
    const news = Math.max(this.#taken - this.#toldTaken, this.#through - this.#toldThrough);
    if (news >= TELL.everyBytes) this.tell();
    else this.#timer ??= setTimeout(() => this.tell(), TELL.afterMs);
  }

  #cancel(): void {
    this.#lines.transmit(this.#device, { t: 'abort', id: this.id, by: 'reader' });
    this.#finish(false);
  }

  #finish(isDone: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#early.clear();
    this.#queue.length = 0;
    this.#wake?.();
    this.#over(isDone);
  }
}
