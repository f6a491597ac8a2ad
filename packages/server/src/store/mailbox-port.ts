import type { Maybe } from '../maybe.ts';

/** The reader of a mailbox whose wallet has no device: the wallet itself. */
export const WALLET_ITSELF = '';

/** A message that is to be stored. */
export interface NewMail {
  readonly from: string;
  readonly to: string;
  /** The sender's name for it. */
  readonly id: string;
  /** Taken as it is, and not to be changed afterwards. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly forced: boolean;
  /** Now, Unix time in milliseconds. */
  readonly atMs: number;
  readonly expiresAtMs: number;
  /** Devices of `to` that it waits for, or `[WALLET_ITSELF]`; at least one. */
  readonly readers: readonly string[];
  /** Devices of `from` that a copy waits for. It is left out where they are none, or where the mailbox of `from` is full. */
  readonly copyReaders: readonly string[];
}

/** Messages in a mailbox, and bytes of their bodies. */
export interface MailboxUse {
  readonly messages: number;
  readonly bytes: number;
}

/** What was answered when a message was stored. */
export interface Accepted {
  readonly forced: boolean;
  readonly expiresAtMs: number;
}

/** A message that is stored, and synced to disk. */
export interface Stored extends Accepted {
  /** `undefined` where it had been stored before. */
  readonly added?: {
    /** Where it stands in the mailbox of `to`. */
    readonly position: number;
    /** Where the copy stands in the mailbox of `from`, where there is one. */
    readonly copyPosition?: number;
  };
}

/** A message that waits. */
export interface WaitingMail extends Accepted {
  readonly position: number;
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly atMs: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Which messages are wanted. */
export interface PullRange {
  /** Only those with a higher position. */
  readonly after: number;
  readonly maxMessages: number;
  /** Of their bodies; the first always fits. */
  readonly maxBytes: number;
  /** Those whose time is over by then are left out, Unix time in milliseconds. */
  readonly nowMs: number;
}

/** Messages for one device, by position, and whether there are more behind them. */
export interface Pulled {
  readonly messages: readonly WaitingMail[];
  readonly more: boolean;
}

/**
 * Messages that wait for wallets until each of their devices has acknowledged them. Everything may reject with AnypathError
 * `store_unavailable`: nothing has been done then, or, after an `enqueue` whose sync failed, possibly all of it.
 */
export interface MailboxStore {
  /**
   * Stores a message, once: one with the same `from`, `to` and `id` is answered as the first was, also for a time after that was
   * removed. Positions ascend in the order of the calls. Resolves, in that order, once it would survive a loss of power.
   *
   * @param quota what the mailbox of each wallet may hold
   * @throws AnypathError `mailbox_full`
   */
  enqueue(mail: NewMail, quota: MailboxUse): Promise<Stored>;
  /** What was answered for a message, where it was stored before; resolves as `enqueue` does. */
  accepted(from: string, to: string, id: string): Promise<Accepted | undefined>;
  /** The oldest messages that wait for a device. A message is seen once it would survive a loss of power, and not before. */
  pull(owner: string, reader: string, range: PullRange): Promise<Pulled>;
  /** The position of the oldest message behind another that waits for a device. */
  firstWaiting(owner: string, reader: string, after: number): Promise<number | undefined>;
  /**
   * A device has these messages; one that nobody waits for any more is removed. A loss of power may undo it.
   *
   * @returns how many of them had waited for the device
   */
  acknowledge(owner: string, reader: string, positions: readonly number[]): Promise<number>;
  /** Nothing waits for a device any more. @returns how many messages did */
  forget(owner: string, reader: string): Promise<number>;
  /**
   * Removes messages whose time is over.
   *
   * @param max so many at most
   * @returns how many were removed; `max` where there may be more
   */
  expire(nowMs: number, max: number): Promise<number>;
  /** What waits for a wallet. */
  use(owner: string): Promise<MailboxUse>;
  /** What waits altogether; costs nothing, and may be some seconds old where several processes share the store. */
  total(): MailboxUse;
  /** When the oldest message that waits was accepted, Unix time in milliseconds; `undefined` where none does. Costs one look into an index. */
  oldestAtMs(): Promise<number | undefined>;
  /** Finishes what has begun, and closes the store. */
  close(): Maybe<void>;
}
