import type { Logger } from 'pino';
import type { NodeId } from './directory.ts';
import { ALL } from './peers.ts';
import { type Ask, RedisLink } from './redis-link.ts';
import { decodeMessage, encodeMessage, type Message, type Received } from './wire.ts';

/** What the channels of a node need and tell. */
export interface NodeChannelsParts {
  /** `redis://` or `rediss://`. */
  readonly url: string;
  readonly self: NodeId;
  /** With which the names of the channels begin. */
  readonly prefix: string;
  readonly log: Logger;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  readonly heard: (received: Received) => void;
  readonly up: () => void;
  /** @param reason without any secret */
  readonly down: (reason: string) => void;
}

/** Messages that cannot be read are told of no more often than this. */
const ODD_EVERY_MS = 60_000;

/** One channel for all nodes, and one for each. */
export class NodeChannels {
  readonly #parts: NodeChannelsParts;
  readonly #link: RedisLink;
  #changedMs: number;
  #saidOddMs = Number.NEGATIVE_INFINITY;

  constructor(parts: NodeChannelsParts) {
    this.#parts = parts;
    const { url, self, nowMs } = parts;
    this.#changedMs = nowMs();
    this.#link = new RedisLink({
      url,
      name: `anypath-${self}`,
      channels: [this.#channelOf(ALL), this.#channelOf(self)],
      heard: (bytes) => this.#heard(bytes),
      up: () => {
        this.#changedMs = nowMs();
        parts.up();
      },
      down: parts.down,
    });
  }

  /** Asks Redis. */
  get ask(): Ask {
    return this.#link.ask;
  }

  /**
   * Sends a message to a node, or to all. What is sent first arrives first, if it arrives.
   *
   * @returns how many nodes it goes to; rejects where it is not known to have been sent
   */
  async send(to: NodeId, message: Message): Promise<number> {
    const { self, nowMs } = this.#parts;
    return this.#link.publish(this.#channelOf(to), encodeMessage({ from: self, nowMs: nowMs() }, message));
  }

  /**
   * Makes the connections anew where they have not changed for some time: one may be dead without anybody having said so, because the way
   * back, or Redis itself, has vanished.
   */
  renewAfter(ms: number): void {
    const now = this.#parts.nowMs();
    if (now - this.#changedMs < ms) return;
    this.#changedMs = now;
    this.#link.renew();
  }

  /** Ends the connections. */
  close(): void {
    this.#link.close();
  }

  #channelOf(to: NodeId): string {
    return to === ALL ? `${this.#parts.prefix}:all` : `${this.#parts.prefix}:node:${to}`;
  }

  #heard(bytes: Uint8Array): void {
    let received: Received | undefined;
    try {
      received = decodeMessage(bytes);
    } catch (error) {
      return this.#sayOdd(error);
    }
    if (received) this.#parts.heard(received);
  }

  #sayOdd(error: unknown): void {
    const now = this.#parts.nowMs();
    if (now - this.#saidOddMs < ODD_EVERY_MS) return;
    this.#saidOddMs = now;
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.log.warn({ reason }, 'a message was left out: another version, or something else, uses the same Redis');
  }
}
