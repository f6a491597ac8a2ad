import type { AnypathError } from '@anypath/protocol';
import type { Path } from './path.ts';

/** How a message travelled, once the other side has it. */
export interface Delivery {
  /** The path that carried it. */
  readonly path: Exclude<Path, 'none'>;
  /** Milliseconds from `send` until the acknowledgement of the other side. */
  readonly ms: number;
}

/** What `send` returns: the fate of one message. */
export interface Receipt {
  /** The message's identity (ULID), the same on both sides and on every path. */
  readonly id: string;
  readonly status: 'sending' | 'delivered' | 'failed';
  /** Resolves when the other side's application has the message; rejects with `link_closed` when the link closes before. */
  readonly delivered: Promise<Delivery>;
}

/** The link's own side of a receipt. */
export class PendingReceipt implements Receipt {
  readonly id: string;
  readonly delivered: Promise<Delivery>;
  status: Receipt['status'] = 'sending';
  #resolve!: (delivery: Delivery) => void;
  #reject!: (error: AnypathError) => void;

  constructor(id: string) {
    this.id = id;
    this.delivered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who does not look at the receipt is not to get an unhandled rejection.
    this.delivered.catch(() => undefined);
  }

  settle(delivery: Delivery): void {
    this.status = 'delivered';
    this.#resolve(delivery);
  }

  fail(error: AnypathError): void {
    this.status = 'failed';
    this.#reject(error);
  }
}
