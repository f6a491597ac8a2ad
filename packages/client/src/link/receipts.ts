import { AnypathError } from '@anypath/protocol';
import { ulid } from '../ulid.ts';
import { type Delivery, PendingReceipt, type Receipt } from './receipt.ts';
import type { LinkEffect } from './state.ts';

/** The receipts of what was neither delivered nor given up. */
export class Receipts {
  readonly #open = new Map<string, PendingReceipt>();

  /** @param parts of the message */
  open(parts: number): Receipt {
    const receipt = new PendingReceipt(ulid(), parts);
    this.#open.set(receipt.id, receipt);
    return receipt;
  }

  /** The mailbox has a part. @returns the receipt, where it has all of the message now, for the first time */
  kept({ entry, forced }: LinkEffect & { do: 'queued' }): Receipt | undefined {
    const receipt = this.#open.get(entry.id);
    return receipt?.keep(entry.part?.[0] ?? 0, forced) ? receipt : undefined;
  }

  /** The other side has a part. @returns the receipt, and how the message travelled, where it has all of it now */
  delivered({ entry, path, ms }: LinkEffect & { do: 'delivered' }): readonly [Receipt, Delivery] | undefined {
    const receipt = this.#open.get(entry.id);
    const delivery = receipt?.settle(entry.part?.[0] ?? 0, path, ms);
    if (!receipt || !delivery) return undefined;
    this.#open.delete(entry.id);
    return [receipt, delivery];
  }

  expired({ entry }: LinkEffect & { do: 'expired' }): void {
    this.#open.get(entry.id)?.fail(new AnypathError('message_expired'));
    this.#open.delete(entry.id);
  }

  /** The link is over. */
  close(): void {
    for (const receipt of this.#open.values()) receipt.fail(new AnypathError('link_closed'));
    this.#open.clear();
  }
}
