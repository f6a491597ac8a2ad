import { AnypathError, ERRORS, LIMITS, type Mail, type MailAcked, type PackedMail } from '@anypath/protocol';
import { type Asking, ask } from '../socket.ts';

/** How long until messages are asked for again that the server could not give, milliseconds. */
const PULL_AGAIN_MS = 1_000;

/** The place of a message among those of a mailbox. */
export interface Turn {
  /** Whether nothing older is in the way. */
  isMine(): boolean;
  /** It cannot be read for now: nothing behind it is taken from this moment on. */
  giveUp(): void;
}

type Take = (mail: Mail, turn: Turn) => Promise<void>;

/** Our side of our mailbox: takes what waits there, and says what the server may forget. One page of a browser does that. */
export class Mailbox {
  readonly #socket: Asking;
  readonly #take: Take;
  /** Counts the attempts to read in order; what belongs to an older one is not taken any more. */
  #pass = 0;
  #leads = false;
  #open = false;
  #pulling = false;
  #again = false;
  #forgotten: number[] = [];
  #forgetting = false;
  /** Whether everything was taken that was there when this connection began to read. */
  #drained = false;
  /** What was pushed and is not acknowledged, with its size: beyond a limit the server pushes nothing more. */
  readonly #pushed = new Map<number, number>();
  #pushedBytes = 0;
  /** Taken, and not to be forgotten yet: nobody listened for them, perhaps. */
  readonly #left = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #levelled: (reading: number) => void;
  #readings = 0;

  /**
   * @param take reads one message, unless it is not its turn any more; resolves when the next may follow, and gives up and rejects where it
   *   cannot be read for now. What it does not `forget` comes again.
   * @param levelled told after each reading that everything has come that was in the mailbox when it began; `reading` counts them, and is
   *   infinite where `isLevel` is so
   */
  constructor(socket: Asking, take: Take, levelled: (reading: number) => void = () => undefined) {
    this.#socket = socket;
    this.#take = take;
    this.#levelled = levelled;
  }

  /** Whether everything has come that was in the mailbox a moment ago. */
  get isLevel(): boolean {
    const hasRoom =
      this.#pushed.size < LIMITS.pushedMaxMessages && this.#pushedBytes <= LIMITS.pushedMaxBytes - LIMITS.mailMaxBytes;
    return this.#open && this.#drained && !this.#pulling && hasRoom;
  }

  /** How often it was begun to read everything that waits. */
  get readings(): number {
    return this.#readings;
  }

  /** Whether this page takes the mail. */
  get leads(): boolean {
    return this.#leads;
  }

  /** This page takes the mail from now on. */
  lead(): void {
    this.#leads = true;
    this.pull();
  }

  /** The connection stands and belongs to a device, or not any more. */
  set isOpen(open: boolean) {
    this.#open = open;
    this.#drained = false;
    this.#pushed.clear();
    this.#pushedBytes = 0;
    this.#left.clear();
    clearTimeout(this.#timer);
    if (open) this.pull();
  }

  /** Takes again what was taken and not forgotten. Where there is none, nobody is asked, and what comes live waits for nothing. */
  pullLeft(): void {
    if (this.#left.size > 0) this.pull();
  }

  /** Something waits that is not pushed. */
  behind(): void {
    this.#drained = false;
    this.pull();
  }

  /** Takes everything that waits. */
  pull(): void {
    this.#again = true;
    if (!this.#leads || !this.#open || this.#pulling) return;
    this.#pulling = true;
    void this.#pullAll();
  }

  /** A message that the server pushed. */
  push(mail: Mail): void {
    // In its turn: older ones are being pulled, or could not be read.
    if (this.#pulling || (this.#leads && !this.#drained)) return this.pull();
    this.#pushed.set(mail.position, mail.body.byteLength);
    this.#pushedBytes += mail.body.byteLength;
    this.#read(mail).catch((error: unknown) => this.#refused(error));
  }

  /** Where one cannot be read for now, those behind it wait as well: they would come first. */
  #read(mail: Mail): Promise<void> {
    const pass = this.#pass;
    const isMine = () => pass === this.#pass;
    const giveUp = () => {
      if (!isMine()) return;
      this.#pass++;
      this.#drained = false;
    };
    this.#left.add(mail.position);
    return this.#take(mail, { isMine, giveUp });
  }

  /** The server may forget these. */
  forget(positions: readonly number[]): void {
    if (!this.#leads) return;
    this.#forgotten.push(...positions);
    for (const position of positions) this.#left.delete(position);
    if (this.#forgetting) return;
    this.#forgetting = true;
    queueMicrotask(() => {
      void this.#sendForgotten();
    });
  }

  async #pullAll(): Promise<void> {
    while (this.#again && this.#open) {
      this.#again = false;
      const reading = ++this.#readings;
      try {
        // Somebody may always ask again meanwhile: what waited for this one does not wait for the end of all.
        if (await this.#pullPages()) this.#levelled(reading);
      } catch (error) {
        this.#refused(error);
      }
    }
    // In the same turn as the last look at `again`: what comes from now on is not left lying.
    this.#pulling = false;
    if (this.isLevel) this.#levelled(Number.POSITIVE_INFINITY);
  }

  /** While a page is read, the next one is on its way. @returns whether everything has come */
  async #pullPages(): Promise<boolean> {
    for (let next: Promise<Page> | undefined = this.#page(0); next && this.#open; ) {
      const { more, ...page }: Page = await next;
      const messages = unpacked(page);
      const last = messages.at(-1);
      next = more && last && this.#open ? this.#page(last.position) : undefined;
      // Waited for once this one is read.
      next?.catch(() => undefined);
      await Promise.all(messages.map((mail) => this.#read(mail)));
    }
    this.#drained = this.#open;
    return this.#open;
  }

  #page(after: number): Promise<Page> {
    return ask(this.#socket, 'relay:pull', { after, packed: true }) as unknown as Promise<Page>;
  }

  /** Where the connection was lost, the next one begins anew; it may stand already. */
  #refused(error: unknown): void {
    if (!(error instanceof AnypathError)) throw error;
    clearTimeout(this.#timer);
    if (this.#open && ERRORS[error.code].retry) this.#timer = setTimeout(() => this.pull(), PULL_AGAIN_MS);
  }

  async #sendForgotten(): Promise<void> {
    while (this.#forgotten.length > 0) {
      const positions = this.#forgotten.splice(0, LIMITS.ackMaxPositions);
      try {
        const { more } = (await ask(this.#socket, 'relay:ack', { positions })) as unknown as MailAcked;
        this.#acknowledged(positions);
        if (more) this.pull();
        else if (this.isLevel) this.#levelled(Number.POSITIVE_INFINITY);
      } catch (error) {
        // They come again, and are known then.
        if (!(error instanceof AnypathError)) throw error;
      }
    }
    this.#forgetting = false;
  }

  #acknowledged(positions: readonly number[]): void {
    for (const position of positions) {
      this.#pushedBytes -= this.#pushed.get(position) ?? 0;
      this.#pushed.delete(position);
    }
  }
}

/** Answer of `relay:pull`; `bodies` is an ArrayBuffer in browsers. */
interface Page extends PackedMail {
  readonly more: boolean;
}

function unpacked({ messages, bodies }: PackedMail): Mail[] {
  let end = 0;
  return messages.map(({ size, ...mail }) => {
    end += size;
    return { ...mail, body: new Uint8Array(bodies.slice(end - size, end)) };
  });
}
