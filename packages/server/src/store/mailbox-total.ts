import type { MailboxUse } from './mailbox-port.ts';

/** Beyond this a count is taken although something was done here meanwhile, milliseconds: it may be off by that much. */
const UNCOUNTED_MAX_MS = 60_000;

/** What waits altogether, as far as this process knows: what was counted last, and what it has done since. */
export class MailboxTotal {
  readonly #nowMs: () => number;
  #use: MailboxUse = { messages: 0, bytes: 0 };
  #changes = 0;
  #countedMs = Number.NEGATIVE_INFINITY;

  /** @param nowMs monotonic milliseconds */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  get use(): MailboxUse {
    return this.#use;
  }

  /** Something was added here, or removed (with negative numbers). */
  changed({ messages, bytes }: MailboxUse): void {
    this.#changes++;
    this.#use = { messages: Math.max(0, this.#use.messages + messages), bytes: Math.max(0, this.#use.bytes + bytes) };
  }

  /** Counts anew. Where something is done here meanwhile it is not known whether that is counted already, so the next time tells. */
  async recount(count: () => Promise<MailboxUse>): Promise<void> {
    const before = this.#changes;
    const counted = await count();
    const isOverdue = this.#nowMs() - this.#countedMs > UNCOUNTED_MAX_MS;
    if (this.#changes !== before && !isOverdue) return;
    this.#use = counted;
    this.#countedMs = this.#nowMs();
  }
}
