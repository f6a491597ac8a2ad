import { LRUCache } from 'lru-cache';
import type { MailboxUse } from './mailbox-port.ts';

/** What is known of a mailbox that other processes write to as well. */
interface Known {
  /** Its highest position, and when that was so, Unix time in milliseconds. */
  last?: { position: number; readonly atMs: number };
  /** What waits in it, and when that was counted. */
  use?: { counted: MailboxUse; readonly atMs: number };
  /** Grows with every change of the use by this process. */
  changes: number;
}

/** Mailboxes that are remembered. */
const KNOWN_MAX = 20_000;
/**
 * A highest position is gone by for so long, milliseconds. It may be too low by then: whoever writes behind it is refused, because
 * positions are held for hours.
 */
const LAST_KNOWN_MS = 60_000;
/** How old the count of a mailbox may be that has room, as far as others have written to it, milliseconds. */
const USE_KNOWN_MS = 10_000;
/** The same for one that is half full or more. */
const USE_KNOWN_CLOSELY_MS = 1_000;

/** What this process remembers of mailboxes, so that it need not ask for each message. */
export class MailboxLedger {
  readonly #known = new LRUCache<string, Known>({ max: KNOWN_MAX });
  readonly #nowMs: () => number;

  /** @param nowMs Unix time in milliseconds: the monotonic clock stands still while a machine sleeps */
  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /** The highest position of a mailbox, asked for where it is not known. */
  async lastOf(owner: string, ask: () => Promise<number>): Promise<number> {
    const { last } = this.#of(owner);
    if (last && this.#isWithin(LAST_KNOWN_MS, last.atMs)) return last.position;
    const atMs = this.#nowMs();
    const position = await ask();
    this.#of(owner).last = { position, atMs };
    return position;
  }

  /** Messages were added. It does not count as asked for anew. */
  added(owner: string, last: number, use: MailboxUse): void {
    const known = this.#of(owner);
    if (known.last) known.last.position = last;
    this.changed(owner, use);
  }

  /** What waits changes by so much. */
  changed(owner: string, { messages, bytes }: MailboxUse): void {
    const known = this.#of(owner);
    known.changes++;
    if (!known.use) return;
    const { counted } = known.use;
    known.use.counted = { messages: counted.messages + messages, bytes: counted.bytes + bytes };
  }

  /** Forgets the highest position of a mailbox: somebody else has written to it. */
  overtaken(owner: string): void {
    delete this.#of(owner).last;
  }

  /** Forgets everything about a mailbox: nobody knows what became of what was written to it. */
  forget(owner: string): void {
    this.#known.delete(owner);
  }

  /** What waits in a mailbox: exact as far as this process has written to it, and asked for where it may be too old otherwise. */
  async useOf(owner: string, quota: MailboxUse, ask: () => Promise<MailboxUse>): Promise<MailboxUse> {
    const { use, changes } = this.#of(owner);
    const knownMs = use && isClose(use.counted, quota) ? USE_KNOWN_CLOSELY_MS : USE_KNOWN_MS;
    if (use && this.#isWithin(knownMs, use.atMs)) return use.counted;
    const nowMs = this.#nowMs();
    const counted = await ask();
    const known = this.#of(owner);
    // A change of our own may be counted already, or not: the next time tells.
    if (known.changes !== changes && known.use) return known.use.counted;
    known.use = { counted, atMs: nowMs };
    return counted;
  }

  /** Not where the clock was set back either. */
  #isWithin(durationMs: number, atMs: number): boolean {
    return Math.abs(this.#nowMs() - atMs) < durationMs;
  }

  #of(owner: string): Known {
    const known = this.#known.get(owner) ?? { changes: 0 };
    this.#known.set(owner, known);
    return known;
  }
}

const isClose = (use: MailboxUse, quota: MailboxUse): boolean =>
  use.messages * 2 >= quota.messages || use.bytes * 2 >= quota.bytes;
