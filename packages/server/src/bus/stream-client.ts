import { setTimeout as delay } from 'node:timers/promises';
import { type RedisClient, RedisConnection } from './redis-connection.ts';
import { type Ask, within } from './redis-link.ts';

/** One entry of a stream, as the client of `redis` gives it. */
interface StreamEntry {
  readonly id: string;
  readonly message: Record<string, string>;
}

/** What a client reads at once. */
type StreamReply = readonly { readonly name: string; readonly messages: readonly StreamEntry[] }[] | null;

/** A failed read is tried again after this time. The adapter itself would try at once, and for ever, without letting anything else happen. */
const RETRY_MS = 200;

/** A read that takes so much longer than it may block was sent over a dead connection. */
const OVERDUE_MS = 2_000;

/** Broadcasts that wait for Redis to come back; the oldest leave first. */
const HELD_MAX = 1_000;

/** A stream to which nobody has written for so long is removed. */
const STREAM_MS = 3_600_000;

/** What a stream client needs. */
export interface StreamClientParts {
  readonly url: string;
  /** How Redis names its connection. */
  readonly name: string;
  /** The one stream that it reads and writes. */
  readonly stream: string;
  readonly ask: Ask;
  /** Whether Redis is known to be away. */
  readonly isCut: () => boolean;
}

/**
 * Stands between Socket.IO's Redis streams adapter and Redis, in the place of a client of `redis`. While Redis is away broadcasts reach the
 * sockets of this node at once, those of the others when it is back, and reading waits without spinning. Questions to the
 * sockets of other nodes (`fetchSockets`, `serverSideEmit`) are answered by this node alone.
 */
export class StreamClient {
  readonly #parts: StreamClientParts;
  readonly #reading: RedisConnection;
  #held: string[][] = [];
  /**
   * The entry behind which reading begins. The adapter asks for what comes "from now on" until something comes; what comes between two
   * such reads would be lost.
   */
  #begin: string | undefined;
  #hasBegun: () => void = () => undefined;
  #isClosed = false;
  /** Resolves once everything that is appended from then on will be read. */
  readonly began = new Promise<void>((resolve) => {
    this.#hasBegun = resolve;
  });

  constructor(parts: StreamClientParts) {
    this.#parts = parts;
    const { url, name, stream } = parts;
    const prepare = async (client: RedisClient) => {
      this.#begin ??= (await within(client.xRevRange(stream, '+', '-', { COUNT: 1 }), OVERDUE_MS))?.[0]?.id ?? '0-0';
    };
    this.#reading = new RedisConnection({ url, name, prepare, up: () => this.#hasBegun(), down: () => undefined });
  }

  /** Sends what was broadcast while Redis was away. */
  reunited(): void {
    const held = this.#held;
    this.#held = [];
    for (const command of held) this.#parts.ask(command).catch(() => undefined);
  }

  /** Ends its connection. A read that is under way never ends: the adapter would begin the next. */
  close(): void {
    this.#isClosed = true;
    this.#reading.close();
  }

  /** The adapter knows a client of `redis` by this method, and never calls it. */
  sSubscribe(): void {}

  /** The adapter wants connections of its own; this one stands for all. */
  duplicate(): this {
    return this;
  }

  on(): this {
    return this;
  }

  async connect(): Promise<void> {}

  disconnect(): void {
    this.close();
  }

  async subscribe(): Promise<void> {}

  async publish(): Promise<number> {
    return 0;
  }

  /** The adapter asks how many nodes there are, to know how many answers a question will have. */
  async sendCommand(): Promise<[string, string]> {
    return ['', '1'];
  }

  /**
   * Appends to a stream.
   *
   * @returns the identifier of the entry; rejects where Redis is away, and the entry is appended when it is back
   */
  async xAdd(
    stream: string,
    id: string,
    fields: Readonly<Record<string, string>>,
    { TRIM }: { readonly TRIM: { readonly threshold: number } },
  ): Promise<string> {
    const command = ['XADD', stream, 'MAXLEN', '~', String(TRIM.threshold), id, ...Object.entries(fields).flat()];
    try {
      if (this.#parts.isCut()) throw new Error('Redis is away');
      const entry = String(await this.#parts.ask(command));
      this.#parts.ask(['PEXPIRE', stream, String(STREAM_MS)]).catch(() => undefined);
      return entry;
    } catch (error) {
      this.#held.push(command);
      if (this.#held.length > HELD_MAX) this.#held.shift();
      throw error;
    }
  }

  /**
   * Reads what was appended to a stream.
   *
   * @returns it, or `null` where nothing was, also where Redis is away
   */
  async xRead(
    [{ key, id }]: readonly [{ readonly key: string; readonly id: string }],
    { COUNT, BLOCK }: { readonly COUNT: number; readonly BLOCK: number },
  ): Promise<StreamReply> {
    const reply = await this.#read(key, id, COUNT, BLOCK).catch(() => delay(RETRY_MS, null, { ref: false }));
    return this.#isClosed ? new Promise<never>(() => undefined) : reply;
  }

  async #read(key: string, id: string, COUNT: number, BLOCK: number): Promise<StreamReply> {
    if (!this.#reading.isUp) throw new Error('Redis is not connected');
    const { client } = this.#reading;
    const after = id === '$' ? (this.#begin ?? id) : id;
    try {
      return (await within(client.xRead({ key, id: after }, { COUNT, BLOCK }), BLOCK + OVERDUE_MS)) as StreamReply;
    } catch (error) {
      if (client === this.#reading.client && client.isReady) this.#reading.renew();
      throw error;
    }
  }
}
