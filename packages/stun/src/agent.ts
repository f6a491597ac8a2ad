import { isUnknownButRequired } from './attributes.ts';
import { type ChannelData, decodeChannelData, isChannelData } from './channel-data.ts';
import { isStunError, StunError } from './errors.ts';
import type { ReceivedMessage } from './message.ts';
import { Transaction, type TransactionOptions, type TransactionResult, transactionKey } from './transaction.ts';
import type { Transport } from './transport.ts';
import { decodeMessage } from './wire.ts';

/** What arrives without having been asked for. */
export interface AgentEvents {
  indication?(message: ReceivedMessage): void;
  channelData?(message: ChannelData): void;
}

/** The client side of STUN on one transport: runs transactions and passes on what is not an answer. */
export class StunAgent {
  readonly transport: Transport;
  readonly #events: AgentEvents;
  readonly #transactions = new Map<string, Transaction>();
  readonly #ended = new AbortController();

  /** @param transport belongs to the agent from here on */
  constructor(transport: Transport, events: AgentEvents = {}) {
    this.transport = transport;
    this.#events = events;
    transport.start({
      message: (bytes) => this.#receive(bytes),
      failed: (error) => this.#end(error),
    });
  }

  /** Aborts when nothing can be sent any more; the reason is a StunError. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /**
   * Sends a request and waits for its answer, a success or an error response.
   *
   * @param bytes the request; every transmission of it is the same
   * @throws StunError `timeout`, `unsupported` (the answer must not be used), `closed`, what ended the transport, and the
   *   reason of the signal
   */
  async request(bytes: Uint8Array, options: TransactionOptions): Promise<TransactionResult> {
    options.signal.throwIfAborted();
    this.ended.throwIfAborted();
    const key = transactionKey(bytes);
    const transaction = new Transaction(this.transport, bytes, options);
    this.#transactions.set(key, transaction);
    try {
      return await transaction.result;
    } finally {
      this.#transactions.delete(key);
    }
  }

  /** Ends every transaction with `closed` and closes the transport; resolves when its socket is gone. */
  async close(): Promise<void> {
    this.#end(new StunError('closed', 'the client was closed'));
    await this.transport.close();
  }

  #end(error: StunError): void {
    this.#ended.abort(error);
    for (const transaction of this.#transactions.values()) transaction.fail(error);
    void this.transport.close();
  }

  #receive(bytes: Uint8Array): void {
    try {
      if (isChannelData(bytes)) this.#events.channelData?.(decodeChannelData(bytes));
      else this.#dispatch(decodeMessage(bytes));
    } catch (error) {
      // What is not STUN may come from anybody: it is dropped, as if it were lost.
      if (!isStunError(error, 'malformed')) throw error;
    }
  }

  #dispatch(message: ReceivedMessage): void {
    const mustDrop = message.attributes.some(({ type }) => isUnknownButRequired(type));
    if (message.class === 'success' || message.class === 'error') {
      const transaction = this.#transactions.get(transactionKey(message.bytes));
      if (mustDrop)
        transaction?.fail(new StunError('unsupported', 'the answer has an attribute that must be understood'));
      else transaction?.answer(message);
    } else if (message.class === 'indication' && !mustDrop) {
      this.#events.indication?.(message);
    }
  }
}
