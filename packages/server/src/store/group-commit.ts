import { AnypathError } from '@anypath/protocol';

/** What a group commit works with. Only `sync` and `repair` may take their time. */
export interface CommitParts {
  readonly begin: () => void;
  readonly commit: () => void;
  readonly rollback: () => void;
  /** Makes everything that was committed before the call survive a loss of power. */
  readonly sync: () => Promise<void>;
  /** After a failed `sync`, of which nobody knows what it has written: makes all that there is survive. */
  readonly repair: () => Promise<void>;
  /** Told of errors that are not those of a caller. */
  readonly fault: (error: unknown) => void;
}

/** How a piece of work counts. */
export interface WorkOptions {
  /** Whether it must survive a loss of power before it is answered. */
  readonly durable: boolean;
  /** Bytes that wait in memory with it. */
  readonly bytes?: number;
}

interface Work {
  readonly run: () => unknown;
  readonly isDurable: boolean;
  readonly bytes: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Done {
  readonly work: Work;
  readonly value: unknown;
}

/** Waiting work beyond this is refused: the disk does not keep up. */
const QUEUE_MAX_BYTES = 64 * 1024 * 1024;
/** A transaction takes no more work after this time, so that the event loop goes on. */
const TRANSACTION_MS = 5;
/** How long until a repair that failed is tried again. */
const REPAIR_EVERY_MS = 1_000;

/**
 * Collects what a turn of the event loop wants written, writes it in one transaction, and syncs once for all of it. While a sync
 * runs, the next transactions are written; one more sync covers them together. Work is done and answered in the order in which it came.
 */
export class GroupCommit {
  readonly #parts: CommitParts;
  #queue: Work[] = [];
  #queuedBytes = 0;
  /** Committed, and waiting for a sync. */
  #committed: Done[] = [];
  #isScheduled = false;
  #isSyncing = false;
  #syncing: Promise<void> = Promise.resolve();
  #isBroken = false;
  #isPaused = false;
  #isClosed = false;

  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  /**
   * Does something in the next transaction.
   *
   * @param run reads and writes the database. Where it throws an AnypathError it must have written nothing: the error is passed
   *   on, and the rest of the transaction holds. Any other error undoes the transaction.
   * @throws AnypathError `store_unavailable` where the transaction or its sync failed, or too much waits
   */
  run<T>(run: () => T, { durable, bytes = 0 }: WorkOptions): Promise<T> {
    if (this.#isClosed || this.#isBroken || this.#queuedBytes + bytes > QUEUE_MAX_BYTES) {
      return Promise.reject(unavailable());
    }
    return new Promise((resolve, reject) => {
      const resolveAny = resolve as (value: unknown) => void;
      this.#queue.push({ run, isDurable: durable, bytes, resolve: resolveAny, reject });
      this.#queuedBytes += bytes;
      this.#schedule();
    });
  }

  /** Commits nothing from now on; work waits. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on after a pause. */
  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  /** Commits what waits, and refuses everything after it. @returns when everything is synced and answered */
  close(): Promise<void> {
    this.#isPaused = false;
    while (this.#queue.length > 0 && !this.#isBroken) this.#transact();
    this.#isClosed = true;
    return this.#syncing;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isPaused || this.#queue.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#isPaused || this.#isClosed || this.#queue.length === 0) return;
      this.#transact();
      this.#schedule();
    });
  }

  #transact(): void {
    const works: Work[] = [];
    const done: Done[] = [];
    try {
      this.#parts.begin();
      const untilMs = performance.now() + TRANSACTION_MS;
      do {
        const work = this.#queue[works.length];
        if (!work) break;
        works.push(work);
        attempt(work, done);
      } while (performance.now() < untilMs);
      this.#parts.commit();
    } catch (error) {
      this.#undo(error);
      // Where even the beginning failed, the first is refused, or it would be tried for ever.
      this.#forget(Math.max(works.length, 1)).forEach(refuse);
      return;
    }
    this.#forget(works.length);
    for (const entry of done) {
      if (entry.work.isDurable) this.#committed.push(entry);
      else entry.work.resolve(entry.value);
    }
    if (!this.#isSyncing && this.#committed.length > 0) this.#syncing = this.#sync();
  }

  /** Takes the first from the queue. */
  #forget(count: number): Work[] {
    const works = this.#queue.splice(0, count);
    for (const { bytes } of works) this.#queuedBytes -= bytes;
    return works;
  }

  #undo(error: unknown): void {
    this.#parts.fault(error);
    try {
      this.#parts.rollback();
    } catch (rollbackError) {
      this.#parts.fault(rollbackError);
    }
  }

  async #sync(): Promise<void> {
    this.#isSyncing = true;
    while (this.#committed.length > 0) {
      const covered = this.#committed;
      this.#committed = [];
      try {
        await this.#parts.sync();
      } catch (error) {
        this.#parts.fault(error);
        this.#isBroken = true;
        for (const { work } of covered) refuse(work);
        for (const { work } of this.#committed.splice(0)) refuse(work);
        this.#forget(this.#queue.length).forEach(refuse);
        await this.#repair();
        break;
      }
      for (const { work, value } of covered) work.resolve(value);
    }
    this.#isSyncing = false;
  }

  /** After a failed sync the system may take pages for written that are not: nothing counts until everything was written anew. */
  async #repair(): Promise<void> {
    while (this.#isBroken && !this.#isClosed) {
      try {
        await this.#parts.repair();
        this.#isBroken = false;
      } catch (error) {
        this.#parts.fault(error);
        await new Promise((resolve) => setTimeout(resolve, REPAIR_EVERY_MS).unref());
      }
    }
  }
}

/** @throws what undoes the transaction */
function attempt(work: Work, done: Done[]): void {
  try {
    done.push({ work, value: work.run() });
  } catch (error) {
    if (!(error instanceof AnypathError)) throw error;
    work.reject(error);
  }
}

const unavailable = () => new AnypathError('store_unavailable');
const refuse = ({ reject }: Work): void => reject(unavailable());
