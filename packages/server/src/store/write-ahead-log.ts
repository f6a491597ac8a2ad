import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

/** `PASSIVE` copies what it can, `TRUNCATE` everything, and empties the log. */
type Mode = 'PASSIVE' | 'TRUNCATE';

/** Syncs the bytes of an open file, in libuv's pool. */
export const syncFile: (fd: number) => Promise<void> = promisify(fdatasync);

/**
 * The file beside a SQLite database that takes its commits (`FILE-wal`), for a connection whose commits do not sync. SQLite's own
 * syncs and checkpoints would hold up the event loop: syncs run in libuv's pool on a descriptor of our own, checkpoints on a
 * thread that has a connection of its own and starts with the first of them.
 *
 * Closing a descriptor gives up the locks of the process on that file (POSIX). In WAL mode SQLite has none on this one: they are
 * on the database and on `FILE-shm`.
 */
export class WriteAheadLog {
  readonly #file: string;
  readonly #fd: number;
  readonly #syncFile: typeof syncFile;
  #thread: Worker | undefined;
  /** Settles with the last checkpoint that was asked for: they follow one another. */
  #last: Promise<void> = Promise.resolve();

  /**
   * @param file the database, open in WAL mode and read or written at least once
   * @param sync what syncs, for tests
   */
  constructor(file: string, sync: typeof syncFile = syncFile) {
    this.#file = file;
    this.#syncFile = sync;
    this.#fd = openSync(`${file}-wal`, 'r+');
    syncFolder(dirname(file));
  }

  /** Makes every commit so far survive a loss of power. */
  sync(): Promise<void> {
    return this.#syncFile(this.#fd);
  }

  /**
   * Copies what was committed into the database, synced. Nobody is held up, and what is committed meanwhile may stay behind.
   *
   * @throws Error, for `TRUNCATE` also where somebody writes or reads meanwhile
   */
  checkpoint(mode: Mode): Promise<void> {
    const done = this.#last.then(() => this.#ask(mode));
    this.#last = done.catch(() => undefined);
    return done;
  }

  #ask(mode: Mode): Promise<void> {
    this.#thread ??= startThread(this.#file);
    const thread = this.#thread;
    return new Promise((resolve, reject) => {
      const finish = (error?: Error) => {
        thread.off('message', answered).off('error', failed).off('exit', ended);
        if (error) reject(error);
        else resolve();
      };
      const answered = (problem: string | null) => finish(problem === null ? undefined : new Error(problem));
      const failed = (error: Error) => {
        this.#thread = undefined;
        finish(error);
      };
      const ended = () => failed(new Error('the thread for checkpoints has ended'));
      thread.on('message', answered).on('error', failed).on('exit', ended);
      thread.postMessage(mode);
    });
  }

  /** Closes what it has opened. Call it while nothing syncs. */
  close(): void {
    this.#thread?.postMessage('close');
    closeSync(this.#fd);
  }
}

/** Makes the entries of a folder survive a loss of power, where the system can. */
function syncFolder(folder: string): void {
  // Windows opens no folder, and needs none of this.
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** As text, so that it runs from the source as well as built. */
const THREAD = `
  const { parentPort, workerData: { library, file } } = require('node:worker_threads');
  const { DatabaseSync } = require(library);
  const db = new DatabaseSync(file);
  db.exec('PRAGMA busy_timeout = 100; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
  parentPort.on('message', (mode) => {
    if (mode === 'close') {
      db.close();
      return parentPort.close();
    }
    try {
      const { busy } = db.prepare('PRAGMA wal_checkpoint(' + mode + ')').get();
      parentPort.postMessage(busy === 0 || mode === 'PASSIVE' ? null : 'the write-ahead log is in use');
    } catch (error) {
      parentPort.postMessage(String(error));
    }
  });
`;

function startThread(file: string): Worker {
  const library = createRequire(import.meta.url).resolve('@photostructure/sqlite');
  const thread = new Worker(THREAD, { eval: true, workerData: { library, file } });
  thread.unref();
  return thread;
}
