import { RedisConnection } from './redis-connection.ts';

/** Asks Redis. Rejects where it does not answer within `ANSWER_MS`. */
export type Ask = (command: readonly string[]) => Promise<unknown>;

/** What a link needs and tells. */
export interface LinkParts {
  readonly url: string;
  readonly name: string;
  /** The channels that are listened to. */
  readonly channels: readonly string[];
  readonly heard: (bytes: Uint8Array) => void;
  /** It can be published and heard. */
  readonly up: () => void;
  /** One of the two is not possible any more. @param reason without any secret */
  readonly down: (reason: string) => void;
}

/** Requests wait for Redis no longer than this: somebody waits for them in turn. */
const ANSWER_MS = 250;

/** What is published and not yet taken by Redis; beyond it nothing more is. */
const UNTAKEN_MAX_BYTES = 64 * 1024 * 1024;

/** The two connections of a node to Redis: one that asks and publishes, one that hears. */
export class RedisLink {
  readonly #commands: RedisConnection;
  readonly #hearing: RedisConnection;
  #untakenBytes = 0;

  constructor({ url, name, channels, heard, up, down }: LinkParts) {
    const both = () => {
      if (this.isUp) up();
    };
    const hear = (bytes: Buffer) => heard(bytes);
    let subscribed: object | undefined;
    this.#commands = new RedisConnection({ url, name: `${name}-ask`, up: both, down });
    this.#hearing = new RedisConnection({
      url,
      name: `${name}-hear`,
      // The library subscribes again by itself after the first time.
      prepare: async (client) => {
        if (subscribed === client) return;
        await client.subscribe([...channels], hear, true);
        subscribed = client;
      },
      up: both,
      down,
    });
  }

  /** Whether both connections are there. */
  get isUp(): boolean {
    return this.#commands.isUp && this.#hearing.isUp;
  }

  /** Asks Redis. */
  readonly ask: Ask = (command) => {
    if (!this.#commands.isUp) return Promise.reject(new Error('Redis is not connected'));
    return within(this.#commands.client.sendCommand([...command]), ANSWER_MS);
  };

  /**
   * Publishes. What is published first arrives first, if it arrives.
   *
   * @returns how many connections it goes to; rejects where it is not known to have been taken
   */
  async publish(channel: string, bytes: Uint8Array): Promise<number> {
    if (!this.#commands.isUp) throw new Error('Redis is not connected');
    if (this.#untakenBytes + bytes.byteLength > UNTAKEN_MAX_BYTES) throw new Error('Redis does not keep up');
    this.#untakenBytes += bytes.byteLength;
    try {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return Number(await this.#commands.client.publish(channel, buffer));
    } finally {
      this.#untakenBytes -= bytes.byteLength;
    }
  }

  /** Makes both connections anew. */
  renew(): void {
    this.#commands.renew();
    this.#hearing.renew();
  }

  /** Ends both. */
  close(): void {
    this.#commands.close();
    this.#hearing.close();
  }
}

/**
 * Waits for a promise no longer than some time.
 *
 * @returns what it gives; rejects where it does, or where the time is over
 */
export function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
