import { AnypathError, LIMITS, type Mail, type MailAcked } from '@anypath/protocol';
import { type Asking, ask } from '../socket.ts';

/** Our side of our mailbox: takes what waits there, and says what the server may forget. One page of a browser does that. */
export class Mailbox {
  readonly #socket: Asking;
  readonly #take: (mail: Mail) => Promise<void>;
  #leads = false;
  #open = false;
  #pulling = false;
  #again = false;
  #forgotten: number[] = [];
  #forgetting = false;

  /**
   * @param take reads one message; resolves when the next may follow. What it does not `forget` comes again.
   */
  constructor(socket: Asking, take: (mail: Mail) => Promise<void>) {
    this.#socket = socket;
    this.#take = take;
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
    if (open) this.pull();
  }

  /** Takes everything that waits. */
  pull(): void {
    this.#again = true;
    if (!this.#leads || !this.#open || this.#pulling) return;
    this.#pulling = true;
    void this.#pullAll().finally(() => {
      this.#pulling = false;
    });
  }

  /** A message that the server pushed. */
  push(mail: Mail): void {
    // In its turn: older ones are being pulled.
    if (this.#pulling) this.#again = true;
    else void this.#take(mail);
  }

  /** The server may forget these. */
  forget(positions: readonly number[]): void {
    if (!this.#leads) return;
    this.#forgotten.push(...positions);
    if (this.#forgetting) return;
    this.#forgetting = true;
    queueMicrotask(() => {
      void this.#sendForgotten().finally(() => {
        this.#forgetting = false;
      });
    });
  }

  /** Where the connection is lost, the next one begins anew. */
  async #pullAll(): Promise<void> {
    try {
      while (this.#again && this.#open) {
        this.#again = false;
        for (let after = 0, more = true; more && this.#open; ) {
          const page = (await ask(this.#socket, 'relay:pull', { after })) as unknown as Page;
          for (const mail of page.messages) await this.#take({ ...mail, body: new Uint8Array(mail.body) });
          after = page.messages.at(-1)?.position ?? after;
          more = page.more;
        }
      }
    } catch (error) {
      if (!(error instanceof AnypathError)) throw error;
    }
  }

  async #sendForgotten(): Promise<void> {
    try {
      while (this.#forgotten.length > 0) {
        const positions = this.#forgotten.splice(0, LIMITS.ackMaxPositions);
        const { more } = (await ask(this.#socket, 'relay:ack', { positions })) as unknown as MailAcked;
        if (more) this.pull();
      }
    } catch (error) {
      // They come again, and are known then.
      if (!(error instanceof AnypathError)) throw error;
    }
  }
}

/** Answer of `relay:pull`. */
interface Page {
  readonly messages: readonly Mail[];
  readonly more: boolean;
}
