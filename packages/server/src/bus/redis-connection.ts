import { createClient } from '@redis/client';

/** The client of the library, as it is used here. */
export type RedisClient = ReturnType<typeof newClient>;

/** What a connection needs and tells. */
export interface ConnectionParts {
  /** `redis://` or `rediss://`. */
  readonly url: string;
  /** How Redis names the connection, for its operator. */
  readonly name: string;
  /** Makes a connection that has just come up ready for use; rejects where that fails, and it will come up again. */
  readonly prepare?: (client: RedisClient) => Promise<unknown>;
  readonly up: () => void;
  /** It is down, or could not be made. @param reason without any secret */
  readonly down: (reason: string) => void;
}

/** A connection that is not made in this time is tried again. */
const CONNECT_MS = 2_000;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 500;

/** One connection to Redis that is made again whenever it is lost. What is asked while it is down fails at once. */
export class RedisConnection {
  readonly #parts: ConnectionParts;
  #client: RedisClient;
  #isUp = false;
  #isClosed = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#client = this.#open();
  }

  /** Whether it can be used. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** The client of the library. It is another one after `renew`. */
  get client(): RedisClient {
    return this.#client;
  }

  /** Lets go of a connection that may be dead without anybody having said so, and makes a new one. */
  renew(): void {
    if (this.#isClosed) return;
    this.#isUp = false;
    destroy(this.#client);
    this.#client = this.#open();
  }

  /** Ends it. What was asked and not answered fails. */
  close(): void {
    this.#isClosed = true;
    this.#isUp = false;
    destroy(this.#client);
  }

  #open(): RedisClient {
    const client = newClient(this.#parts.url, this.#parts.name);
    client.on('ready', () => void this.#ready(client));
    client.on('error', (error: unknown) => this.#down(client, reasonOf(error)));
    client.connect().catch(() => undefined);
    return client;
  }

  async #ready(client: RedisClient): Promise<void> {
    try {
      await this.#parts.prepare?.(client);
    } catch (error) {
      return this.#down(client, reasonOf(error));
    }
    if (client !== this.#client || this.#isClosed || !client.isReady) return;
    this.#isUp = true;
    this.#parts.up();
  }

  #down(client: RedisClient, reason: string): void {
    if (client !== this.#client || this.#isClosed) return;
    this.#isUp = false;
    this.#parts.down(reason);
  }
}

const newClient = (url: string, name: string) =>
  createClient({
    url,
    name,
    // Who asks has another way at hand, and must hear at once that Redis is away.
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (retries) => Math.min(RETRY_MIN_MS * 2 ** retries, RETRY_MAX_MS),
    },
  });

function destroy(client: RedisClient): void {
  if (client.isOpen) client.destroy();
}

/** Messages of Redis and of sockets name addresses and never passwords. Some have no text but a code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || error.name;
}
