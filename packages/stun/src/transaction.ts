import { StunError } from './errors.ts';
import type { ReceivedMessage } from './message.ts';
import { transmissionWaits } from './retransmission.ts';
import type { Transport } from './transport.ts';

/** How a request waits for its answer. */
export interface TransactionOptions {
  readonly signal: AbortSignal;
  /** Time to the first retransmission over UDP, milliseconds. */
  readonly rtoMs?: number | undefined;
  /** Whether an answer may be used; one that may not is dropped, and the wait goes on (RFC 8489 section 9.2.5). */
  accepts?(message: ReceivedMessage): boolean;
}

/** An answer and how it came. */
export interface TransactionResult {
  readonly message: ReceivedMessage;
  /** Since the first transmission, milliseconds. */
  readonly roundTripMs: number;
  /** How often the request was sent. */
  readonly transmissions: number;
}

/** What transactions are told apart by. */
export const transactionKey = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + 8, 12).toString('latin1');

const methodOf = (bytes: Uint8Array) => (((bytes[0] ?? 0) & 0x3e) << 8) | ((bytes[1] ?? 0) & 0xef);

/** One request until its answer: sends it, and sends it again (RFC 8489 section 6.2). Begins when it is created. */
export class Transaction {
  readonly result: Promise<TransactionResult>;
  readonly #transport: Transport;
  readonly #request: Uint8Array;
  readonly #options: TransactionOptions;
  readonly #waits: readonly number[];
  readonly #startedMs = performance.now();
  readonly #abort = () => this.fail(this.#options.signal.reason);
  #settle: { resolve(result: TransactionResult): void; reject(error: unknown): void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #transmissions = 0;

  constructor(transport: Transport, request: Uint8Array, options: TransactionOptions) {
    this.#transport = transport;
    this.#request = request;
    this.#options = options;
    this.#waits = transmissionWaits(transport.isReliable, options.rtoMs);
    this.result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    options.signal.addEventListener('abort', this.#abort, { once: true });
    this.#transmit();
  }

  /** Takes an answer with this transaction's id, unless it is one to another method or must not be used. */
  answer(message: ReceivedMessage): void {
    if (methodOf(message.bytes) !== methodOf(this.#request) || this.#options.accepts?.(message) === false) return;
    const roundTripMs = performance.now() - this.#startedMs;
    this.#finish()?.resolve({ message, roundTripMs, transmissions: this.#transmissions });
  }

  /** Ends it without an answer. */
  fail(error: unknown): void {
    this.#finish()?.reject(error);
  }

  #transmit(): void {
    const waitMs = this.#waits[this.#transmissions];
    if (waitMs === undefined) return this.fail(new StunError('timeout', 'no answer to any transmission'));
    this.#transmissions += 1;
    this.#timer = setTimeout(() => this.#transmit(), waitMs);
    this.#transport.send(this.#request);
  }

  #finish() {
    const settle = this.#settle;
    this.#settle = undefined;
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#abort);
    return settle;
  }
}
