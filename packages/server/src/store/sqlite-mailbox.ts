import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AnypathError } from '@anypath/protocol';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import * as v from 'valibot';
import { GroupCommit } from './group-commit.ts';
import type { MailboxStore, MailboxUse } from './mailbox-port.ts';
import { MAILBOX_MIGRATIONS, SqliteMails } from './sqlite-mails.ts';
import { migrate } from './sqlite-migrate.ts';
import { syncFile, WriteAheadLog } from './write-ahead-log.ts';

/** Who is told what happens. */
export interface MailboxListeners {
  /** Told of errors of the database and of the disk; callers get `store_unavailable`. */
  readonly fault?: (error: unknown) => void;
  /** Told how long each sync took, milliseconds. */
  readonly synced?: (ms: number) => void;
}

/** A checkpoint begins where the write-ahead log has so many pages: 32 MiB. */
const CHECKPOINT_PAGES = 8_192;
/** How long until a checkpoint that failed is tried again. */
const CHECKPOINT_AGAIN_MS = 5_000;
/** Smaller databases are checked as a whole at the start, which takes about a second for the largest of them. */
const CHECKED_MAX_BYTES = 256 * 1024 * 1024;
/** Positions that are acknowledged, or messages that are removed, before others get their turn. */
const SLICE = 100;
/** Unused pages that are kept for new messages. */
const SPARE_PAGES = 4_096;
/** Pages that are given back to the system at a time. */
const VACUUM_PAGES = 256;

const LogSize = v.object({ log: v.number() });
const Pages = v.object({ freelist_count: v.number() });

/**
 * Opens the mailbox of the embedded store: `mailbox.db`, apart from the main database so that neither waits for the other.
 *
 * @param folder where it is kept; made where it is missing
 * @param sync what syncs, for tests
 * @throws Error where it was written by a newer version, or is damaged; the sentence says what to do
 */
export function openSqliteMailbox(
  folder: string,
  listeners: MailboxListeners = {},
  sync: typeof syncFile = syncFile,
): MailboxStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'mailbox.db');
  let db: DatabaseSyncInstance | undefined;
  try {
    db = new DatabaseSync(file);
    chmodSync(file, 0o600);
    prepare(db, file);
    return new SqliteMailbox(db, new WriteAheadLog(file, sync), listeners);
  } catch (error) {
    db?.close();
    throw isDamage(error) ? new Error(damageOf(file, error), { cause: error }) : error;
  }
}

/** Everything that is there is on disk when it returns: a kill may have left commits that were not synced. */
function prepare(db: DatabaseSyncInstance, file: string): void {
  // Counts for a new file alone, and before its first table.
  db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000');
  if (statSync(file).size <= CHECKED_MAX_BYTES) check(db);
  migrate(db, file, MAILBOX_MIGRATIONS);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384');
}

class Damage extends Error {}

function check(db: DatabaseSyncInstance): void {
  const [first] = db.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
  if (first?.quick_check !== 'ok') throw new Damage(first?.quick_check);
}

const isDamage = (error: unknown): boolean =>
  error instanceof Damage ||
  (error instanceof Error && /malformed|not a database|database corrupt/i.test(error.message));

const damageOf = (file: string, error: unknown): string =>
  `${file} is damaged (${error instanceof Error ? error.message.split('\n', 1)[0] : error}). Restore it from a backup together with its -wal file, or move mailbox.db, mailbox.db-wal and mailbox.db-shm away: messages that nobody has fetched yet are lost then, and everything else is kept.`;

/** The mailbox on an open database. */
class SqliteMailbox implements MailboxStore {
  readonly #db: DatabaseSyncInstance;
  readonly #mails: SqliteMails;
  readonly #log: WriteAheadLog;
  readonly #group: GroupCommit;
  readonly #fault: (error: unknown) => void;
  readonly #readLogSize: () => number;
  readonly #readSpare: () => number;
  /** The highest position that is synced. */
  #through: number;
  #total: MailboxUse;
  /** What the running transaction changes in the total. */
  #change: MailboxUse = { messages: 0, bytes: 0 };
  #isCheckpointing = false;
  /** No checkpoint before this time, monotonic milliseconds: the last one failed. */
  #checkpointFromMs = 0;

  constructor(db: DatabaseSyncInstance, log: WriteAheadLog, { fault, synced }: MailboxListeners) {
    this.#db = db;
    this.#mails = new SqliteMails(db);
    this.#through = this.#mails.lastPosition();
    this.#total = this.#mails.total();
    this.#fault = fault ?? (() => undefined);
    const logSize = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#readLogSize = () => v.parse(LogSize, logSize.get()).log;
    const spare = db.prepare('PRAGMA freelist_count');
    this.#readSpare = () => v.parse(Pages, spare.get()).freelist_count;
    this.#log = log;
    this.#group = new GroupCommit({
      begin: () => db.exec('BEGIN IMMEDIATE'),
      commit: () => this.#commit(),
      rollback: () => this.#rollback(),
      sync: () => timed(() => this.#log.sync(), synced),
      repair: () => this.#repair(),
      fault: this.#fault,
    });
  }

  async enqueue(...[mail, quota]: Parameters<MailboxStore['enqueue']>) {
    const bytes = mail.body.byteLength;
    const stored = await this.#group.run(() => this.#add(mail, quota), { durable: true, bytes });
    const { position = 0, copyPosition = 0 } = stored.added ?? {};
    this.#through = Math.max(this.#through, position, copyPosition);
    return stored;
  }

  accepted(from: string, to: string, id: string) {
    return this.#group.run(() => this.#mails.accepted(from, to, id), { durable: true });
  }

  async pull(...[owner, reader, range]: Parameters<MailboxStore['pull']>) {
    return this.#read(() => this.#mails.pull(owner, reader, range, this.#through));
  }

  async firstWaiting(owner: string, reader: string, after: number) {
    return this.#read(() => this.#mails.first(owner, reader, after, this.#through));
  }

  async acknowledge(owner: string, reader: string, positions: readonly number[]) {
    const slices: Promise<number>[] = [];
    for (let start = 0; start < positions.length; start += SLICE) {
      const slice = positions.slice(start, start + SLICE);
      slices.push(this.#group.run(() => this.#acknowledge(owner, reader, slice), { durable: false }));
    }
    return (await Promise.all(slices)).reduce((sum, acked) => sum + acked, 0);
  }

  async forget(owner: string, reader: string) {
    let forgotten = 0;
    for (;;) {
      const slice = () => this.#acknowledge(owner, reader, this.#mails.positions(owner, reader, SLICE));
      const acked = await this.#group.run(slice, { durable: false });
      forgotten += acked;
      if (acked < SLICE) return forgotten;
    }
  }

  async expire(nowMs: number, max: number) {
    let expired = 0;
    while (expired < max) {
      const slice = Math.min(SLICE, max - expired);
      const removed = await this.#group.run(() => this.#expire(nowMs, slice), { durable: false });
      expired += removed;
      if (removed < slice) break;
    }
    const forget = () => this.#mails.forgetAccepted(nowMs, SLICE);
    while ((await this.#group.run(forget, { durable: false })) === SLICE);
    await this.#vacuum();
    return expired;
  }

  async use(owner: string) {
    return this.#read(() => this.#mails.use(owner));
  }

  total(): MailboxUse {
    return this.#total;
  }

  async oldestAtMs() {
    return this.#read(() => this.#mails.oldestAtMs());
  }

  close(): void {
    const settled = this.#group.close();
    try {
      // Closing leaves the log as it is, because the statements of the connection live until they are collected.
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      this.#fault(error);
    }
    this.#db.close();
    // Not before the last sync: the descriptor could be that of another file by then.
    void settled.then(() => this.#log.close());
  }

  #add(...[mail, quota]: Parameters<MailboxStore['enqueue']>) {
    const stored = this.#mails.add(mail, quota);
    const added = stored.added ? (stored.added.copyPosition === undefined ? 1 : 2) : 0;
    this.#count(added, added * mail.body.byteLength);
    return stored;
  }

  #acknowledge(owner: string, reader: string, positions: readonly number[]): number {
    const { acked, removed } = this.#mails.acknowledge(owner, reader, positions);
    this.#count(-removed.messages, -removed.bytes);
    return acked;
  }

  #expire(nowMs: number, max: number): number {
    const { messages, bytes } = this.#mails.expire(nowMs, max);
    this.#count(-messages, -bytes);
    return messages;
  }

  /** Gives pages back that messages have left, a few at a time; some are kept for new ones. */
  async #vacuum(): Promise<void> {
    const slice = () => {
      const spare = this.#readSpare();
      if (spare > SPARE_PAGES) this.#db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
      return spare - VACUUM_PAGES > SPARE_PAGES;
    };
    while (await this.#group.run(slice, { durable: false }));
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.#fault(error);
      throw new AnypathError('store_unavailable', undefined, { cause: error });
    }
  }

  #count(messages: number, bytes: number): void {
    this.#change = { messages: this.#change.messages + messages, bytes: this.#change.bytes + bytes };
  }

  #commit(): void {
    this.#db.exec('COMMIT');
    const { messages, bytes } = this.#change;
    this.#total = { messages: this.#total.messages + messages, bytes: this.#total.bytes + bytes };
    this.#change = { messages: 0, bytes: 0 };
    const isDue = !this.#isCheckpointing && this.#readLogSize() >= CHECKPOINT_PAGES;
    if (isDue && performance.now() >= this.#checkpointFromMs) void this.#checkpoint();
  }

  #rollback(): void {
    this.#change = { messages: 0, bytes: 0 };
    // SQLite itself has ended it after some errors.
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  /** Most is copied while commits go on, the rest while they wait for a moment: only then does the log begin anew. */
  async #checkpoint(): Promise<void> {
    this.#isCheckpointing = true;
    try {
      await this.#log.checkpoint('PASSIVE');
      this.#group.pause();
      await this.#log.checkpoint('PASSIVE');
    } catch (error) {
      this.#fault(error);
      this.#checkpointFromMs = performance.now() + CHECKPOINT_AGAIN_MS;
    } finally {
      this.#group.resume();
      this.#isCheckpointing = false;
    }
  }

  async #repair(): Promise<void> {
    await this.#log.checkpoint('TRUNCATE');
    this.#through = this.#mails.lastPosition();
  }
}

async function timed(work: () => Promise<void>, told: ((ms: number) => void) | undefined): Promise<void> {
  const startMs = performance.now();
  await work();
  told?.(performance.now() - startMs);
}
