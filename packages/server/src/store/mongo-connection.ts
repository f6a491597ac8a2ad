import { AnypathError } from '@anypath/protocol';
import { type Db, type DbOptions, MongoClient, type MongoClientOptions, MongoError, ReadConcern } from 'mongodb';

/** How long an answer to one question may take, milliseconds. */
export const ANSWER_WITHIN_MS = 2_500;
/** The same for work that nobody waits for: an index that is made, a batch of a copy. */
export const WORK_WITHIN_MS = 600_000;
/** How long the database may take to be there at the start. */
const START_WITHIN_MS = 10_000;
/** Faults of an outage are told at most this often, milliseconds. */
const FAULT_EVERY_MS = 5_000;
/** The database where the URL names none. */
const DATABASE = 'anypath';

/**
 * The driver repeats nothing by itself: it would take twice as long to say that something failed, and whoever repeats it is answered as the
 * first time.
 */
const clientOptions = (withinMs: number): MongoClientOptions => ({
  appName: 'anypath',
  retryReads: false,
  retryWrites: false,
  serverSelectionTimeoutMS: ANSWER_WITHIN_MS,
  connectTimeoutMS: ANSWER_WITHIN_MS,
  waitQueueTimeoutMS: ANSWER_WITHIN_MS,
  socketTimeoutMS: withinMs,
  // How soon it is seen that a server is back, or that it is another one's turn.
  heartbeatFrequencyMS: 2_000,
});

/**
 * Without these an answer would not mean that it lasts. They are those of the database, because what the URL says of them wins over those of
 * the client.
 */
const dbOptions = (withinMs: number): DbOptions => ({
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: withinMs },
  readConcern: new ReadConcern('majority'),
  readPreference: 'primary',
});

/** MongoDB, or whatever speaks its protocol, as the store uses it. */
export class MongoConnection {
  readonly db: Db;
  readonly #client: MongoClient;
  readonly #fault: (error: unknown) => void;
  #faultFromMs = 0;

  private constructor(client: MongoClient, db: Db, fault: (error: unknown) => void) {
    this.#client = client;
    this.db = db;
    this.#fault = fault;
  }

  /**
   * Waits for the database for a while.
   *
   * @param url STORE_URL
   * @param withinMs how long each answer may take, milliseconds
   * @param fault told of errors of the database; callers get `store_unavailable`
   * @throws Error where the URL cannot be used, nobody answers or nobody may sign in; the sentence says what to do, and holds no password
   */
  static async open(url: string, withinMs: number, fault: (error: unknown) => void): Promise<MongoConnection> {
    const client = clientFor(url, withinMs);
    const db = client.db(databaseOf(url), dbOptions(withinMs));
    try {
      await answering(db);
    } catch (error) {
      await client.close();
      throw new Error(
        `The database of STORE_URL cannot be used (${wordsOf(error)}). Start it, or correct STORE_URL: its hosts, its user and its password.`,
      );
    }
    return new MongoConnection(client, db, fault);
  }

  /**
   * Does something with the database.
   *
   * @throws AnypathError `store_unavailable` where the database cannot do it now; other errors are passed on
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.refusal(error);
    }
  }

  /** What callers get for an error of the database; the log is told of it. Others are given back. */
  refusal(error: unknown): unknown {
    if (!(error instanceof MongoError)) return error;
    const cause = new Error(wordsOf(error));
    const nowMs = performance.now();
    if (nowMs >= this.#faultFromMs) {
      this.#faultFromMs = nowMs + FAULT_EVERY_MS;
      this.#fault(cause);
    }
    return new AnypathError('store_unavailable', undefined, { cause });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

function clientFor(url: string, withinMs: number): MongoClient {
  try {
    return new MongoClient(url, clientOptions(withinMs));
  } catch (error) {
    throw new Error(`STORE_URL cannot be used (${wordsOf(error)}).`);
  }
}

/** The driver takes `test` where the URL names none. */
function databaseOf(url: string): string {
  const [, name = ''] = /^mongodb(?:\+srv)?:\/\/[^/]*\/([^?]*)/.exec(url) ?? [];
  return name === '' ? DATABASE : decodeURIComponent(name);
}

/** Those of a database that is still starting; anything else does not pass by itself. */
const PASSING = new Set(['MongoServerSelectionError', 'MongoNetworkError', 'MongoNetworkTimeoutError']);

async function answering(db: Db): Promise<void> {
  const untilMs = performance.now() + START_WITHIN_MS;
  for (;;) {
    try {
      await db.command({ ping: 1 });
      return;
    } catch (error) {
      const isPassing = error instanceof MongoError && PASSING.has(error.name);
      if (!isPassing || performance.now() > untilMs) throw error;
    }
  }
}

/** What an error says, in one line. Errors about a URL may repeat it, with its password. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ''] = error.message.split('\n', 1);
  return `${error.name}: ${line.replace(/\/\/\S*@/g, '//…@')}`;
}

/** Whether something was refused because what must be there once is there already. */
export const isDuplicate = (error: unknown): boolean => error instanceof MongoError && error.code === 11_000;
