import type { AnypathError } from '@anypath/protocol';
import { deferred } from '../deferred.ts';
import type { ArrivalPath } from './inbox.ts';

/** How a message travelled, once the other side has it. */
export interface Delivery {
  /** The path that carried it. */
  readonly path: ArrivalPath;
  /** `rtc` where a data channel carried it and the other side acknowledged it, `relay` where the server did, live or by the mailbox. */
  readonly via: 'rtc' | 'relay';
  /** Whether it was put into the mailbox although the other side seemed to be online. */
  readonly forced: boolean;
  /** Milliseconds from `send` until the acknowledgement of the other side. */
  readonly ms: number;
}

/** What `send` returns: the fate of one message. */
export interface Receipt {
  /** The message's identity (ULID), the same on both sides and on every path. */
  readonly id: string;
  /** `queued`: the server keeps it, on disk, until the other side has it. */
  readonly status: 'sending' | 'queued' | 'delivered' | 'failed';
  /** Whether it was put into the mailbox although the other side seemed to be online. */
  readonly forced: boolean;
  /** Resolves when the server keeps it, or the other side has it; rejects as `delivered` does. */
  readonly queued: Promise<void>;
  /**
   * Resolves when the other side's application has the message; rejects with `link_closed` when the link closes before, and with
   * `message_expired` when the mailbox did not keep it any longer.
   */
  readonly delivered: Promise<Delivery>;
}

/** The link's own side of a receipt. */
export class PendingReceipt implements Receipt {
  readonly id: string;
  status: Receipt['status'] = 'sending';
  forced = false;
  readonly #queued = deferred<void>();
  readonly #delivered = deferred<Delivery>();
  /** Parts that the mailbox does not have yet, and parts that the other side does not have yet. */
  readonly #unkept: Set<number>;
  readonly #undelivered: Set<number>;

  /** @param parts of the message */
  constructor(id: string, parts = 1) {
    this.id = id;
    const indexes = Array.from({ length: parts }, (_, index) => index);
    this.#unkept = new Set(indexes);
    this.#undelivered = new Set(indexes);
  }

  get queued(): Promise<void> {
    return this.#queued.promise;
  }

  get delivered(): Promise<Delivery> {
    return this.#delivered.promise;
  }

  /** The mailbox has a part. @returns whether it has all now, for the first time */
  keep(part: number, forced: boolean): boolean {
    this.forced ||= forced;
    if (!this.#unkept.delete(part) || this.#unkept.size > 0 || this.status !== 'sending') return false;
    this.status = 'queued';
    this.#queued.resolve();
    return true;
  }

  /** The other side has a part. @returns how the message travelled, where it has all now */
  settle(part: number, path: ArrivalPath, ms: number): Delivery | undefined {
    if (!this.#undelivered.delete(part) || this.#undelivered.size > 0 || this.status === 'failed') return undefined;
    const via = path === 'direct' || path === 'turn' ? 'rtc' : 'relay';
    const delivery: Delivery = { path, via, forced: via === 'relay' && this.forced, ms };
    this.status = 'delivered';
    this.#queued.resolve();
    this.#delivered.resolve(delivery);
    return delivery;
  }

  fail(error: AnypathError): void {
    if (this.status === 'delivered') return;
    this.status = 'failed';
    this.#queued.reject(error);
    this.#delivered.reject(error);
  }
}
