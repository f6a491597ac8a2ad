/** A message as the applications at both ends know it. */
export interface Numbered {
  readonly from: string;
  readonly to: string;
  /** Ascends for each pair of wallets. */
  readonly number: number;
}

/** What was counted. */
export interface Counts {
  /** Messages that were sent. */
  readonly sent: number;
  /** Messages whose receipt said that they are kept or delivered. */
  readonly acked: number;
  /** Those of them that the mailbox kept. */
  readonly enqueued: number;
  /** Messages that came, each time that they did. */
  readonly seen: number;
  /** Those of them that came out of the mailbox. */
  readonly mailed: number;
  /** Those of the acknowledged that never came. */
  readonly lost: number;
  /** How often a message came again. */
  readonly repeated: number;
  /** How often a message came after a later one of its sender. */
  readonly reordered: number;
}

const keyOf = ({ from, to, number }: Numbered): string => `${from} ${to} ${number}`;

/** Keeps account of what was sent, what was promised and what came. */
export class Ledger {
  readonly #sent = new Map<string, Numbered>();
  readonly #acked = new Set<string>();
  /** Acknowledged, and not seen. */
  readonly #missing = new Map<string, Numbered>();
  readonly #seen = new Set<string>();
  readonly #highest = new Map<string, number>();
  readonly #complaints: string[] = [];
  readonly #enqueued = new Set<string>();
  #arrivals = 0;
  #mailed = 0;
  #repeated = 0;
  #reordered = 0;

  /** @param id of the receipt */
  sent(id: string, message: Numbered): void {
    this.#sent.set(id, message);
  }

  /** A receipt says that somebody keeps the message, or has it. @param isKept by the mailbox */
  acked(id: string, isKept = false): void {
    const message = this.#sent.get(id);
    if (!message) return;
    this.#acked.add(id);
    const key = keyOf(message);
    if (!this.#seen.has(key)) this.#missing.set(key, message);
    if (isKept) this.#enqueued.add(id);
  }

  /** The application of the recipient was given a message. @param isMailed out of the mailbox */
  seen(message: Numbered, isMailed = false): void {
    this.#arrivals++;
    if (isMailed) this.#mailed++;
    const key = keyOf(message);
    const pair = `${message.from} ${message.to}`;
    const highest = this.#highest.get(pair) ?? 0;
    if (this.#seen.has(key)) {
      this.#repeated++;
      this.#complaints.push(`${key} came again`);
    } else if (message.number < highest) {
      this.#reordered++;
      this.#complaints.push(`${key} came after ${highest}`);
    }
    this.#seen.add(key);
    this.#missing.delete(key);
    this.#highest.set(pair, Math.max(highest, message.number));
  }

  /** What went wrong, in words. */
  complaints(): string[] {
    return [...this.#complaints, ...[...this.#missing.keys()].map((key) => `${key} is lost`)];
  }

  counts(): Counts {
    return {
      sent: this.#sent.size,
      acked: this.#acked.size,
      enqueued: this.#enqueued.size,
      seen: this.#arrivals,
      mailed: this.#mailed,
      lost: this.#missing.size,
      repeated: this.#repeated,
      reordered: this.#reordered,
    };
  }
}
