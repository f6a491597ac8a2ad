import { setTimeout as delay } from 'node:timers/promises';
import { decode, encode } from '@msgpack/msgpack';
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

/** Broadcasts that a node may have missed and still reads: about 3 MB in Redis. */
export const STREAM_MAX_ENTRIES = 10_000;

/** `MessageType.SERVER_SIDE_EMIT` of socket.io-adapter. */
const SERVER_SIDE_EMIT = 9;

/** A message as the adapter publishes it. */
interface AdapterMessage {
  readonly uid: string;
  readonly nsp: string;
  readonly type: number;
  readonly data?: { readonly requestId?: string };
}

/** A stream to which nobody has written for so long is removed. */
const STREAM_MS = 3_600_000;

/** Where a stream has lost what was read last, so much of it is read again. */
const LOST_MS = 60_000;

/** What stands before every entry. */
const FIRST = '0-0';

/** Whether an entry is later than another; their names are a time and a number. */
function isLater(entry: string, than: string): boolean {
  const [ms = 0, number = 0] = entry.split('-').map(Number);
  const [thanMs = 0, thanNumber = 0] = than.split('-').map(Number);
  return ms > thanMs || (ms === thanMs && number > thanNumber);
}

const TRIM = { TRIM: { threshold: STREAM_MAX_ENTRIES } };

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
 * sockets of this node at once, those of the others when it is back, and reading waits without spinning. `serverSideEmit` without an answer
 * goes the same way. Questions to the other nodes (`fetchSockets`, `serverSideEmit` with an answer) are answered by this node alone.
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
  /** The entry behind which was read last. */
  #readBehind: string | undefined;
  /** That entry, where the stream has lost it since, and where the new end of the stream begins. */
  #lost: { readonly entry: string; readonly begin: string } | undefined;
  #isClosed = false;
  /** Resolves once everything that is appended from then on will be read. */
  readonly began = new Promise<void>((resolve) => {
    this.#hasBegun = resolve;
  });

  constructor(parts: StreamClientParts) {
    this.#parts = parts;
    const { url, name } = parts;
    const prepare = (client: RedisClient) => within(this.#prepare(client), OVERDUE_MS);
    this.#reading = new RedisConnection({ url, name, prepare, up: () => this.#hasBegun(), down: () => undefined });
  }

  /** Redis is there again: what was broadcast meanwhile is sent. */
  reunited(): void {
    const held = this.#held;
    this.#held = [];
    for (const command of held) this.#append(command).catch(() => undefined);
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

  /**
   * The adapter publishes what it thinks may be lost, and does not look whether it was. What nodes tell each other goes into the stream
   * instead, where it is not.
   */
  async publish(_channel: string, payload: Uint8Array): Promise<number> {
    const { uid, nsp, type, data } = decode(payload) as AdapterMessage;
    if (type !== SERVER_SIDE_EMIT || data?.requestId !== undefined) return 0;
    const fields = { uid, nsp, type: String(type), data: Buffer.from(encode(data)).toString('base64') };
    await this.xAdd(this.#parts.stream, '*', fields, TRIM).catch(() => undefined);
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
    return this.#append(['XADD', stream, 'MAXLEN', '~', String(TRIM.threshold), id, ...Object.entries(fields).flat()]);
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
    // Redis may have been too slow once, without having been away.
    if (!this.#parts.isCut()) this.reunited();
    const reply = await this.#read(key, id, COUNT, BLOCK).catch(() => delay(RETRY_MS, null, { ref: false }));
    return this.#isClosed ? new Promise<never>(() => undefined) : reply;
  }

  /** Looks where reading begins, and whether the stream has gone back since: its server may have been started anew, with another clock. */
  async #prepare(client: RedisClient): Promise<void> {
    const last = (await client.xRevRange(this.#parts.stream, '+', '-', { COUNT: 1 }))?.[0]?.id ?? FIRST;
    this.#begin ??= last;
    const entry = this.#readBehind;
    this.#lost = undefined;
    if (entry === undefined || !isLater(entry, last)) return;
    const [seconds] = (await client.sendCommand(['TIME'])) as unknown as [string];
    this.#lost = { entry, begin: `${Math.max(0, Number(seconds) * 1_000 - LOST_MS)}-0` };
  }

  async #append(command: string[]): Promise<string> {
    const { ask, isCut, stream } = this.#parts;
    try {
      if (isCut()) throw new Error('Redis is away');
      const entry = String(await ask(command));
      ask(['PEXPIRE', stream, String(STREAM_MS)]).catch(() => undefined);
      return entry;
    } catch (error) {
      this.#held.push(command);
      if (this.#held.length > HELD_MAX) this.#held.shift();
      throw error;
    }
  }

  async #read(key: string, id: string, COUNT: number, BLOCK: number): Promise<StreamReply> {
    if (!this.#reading.isUp) throw new Error('Redis is not connected');
    const { client } = this.#reading;
    const behind = id === '$' ? (this.#begin ?? id) : id;
    this.#readBehind = behind;
    const where = { key, id: behind === this.#lost?.entry ? this.#lost.begin : behind };
    try {
      return (await within(client.xRead(where, { COUNT, BLOCK }), BLOCK + OVERDUE_MS)) as StreamReply;
    } catch (error) {
      if (client === this.#reading.client && client.isReady) this.#reading.renew();
      throw error;
    }
  }
}
