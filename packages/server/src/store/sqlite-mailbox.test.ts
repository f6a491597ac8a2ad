import { mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mailboxContract } from './mailbox-contract.ts';
import { type MailboxStore, type NewMail, WALLET_ITSELF } from './mailbox-port.ts';
import { openSqliteMailbox } from './sqlite-mailbox.ts';
import { syncFile } from './write-ahead-log.ts';

const QUOTA = { messages: 1_000_000, bytes: 2 ** 40 };
const mail = (id: string, size = 100): NewMail => ({
  from: 'alice',
  to: 'bob',
  id,
  body: new Uint8Array(size).fill(7),
  forced: false,
  atMs: 1000,
  expiresAtMs: 10_000,
  readers: [WALLET_ITSELF],
  copyReaders: [],
});
const many = (store: MailboxStore, count: number, size?: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => store.enqueue(mail(`m${index}`, size), QUOTA)));
const waiting = async (store: MailboxStore) => {
  const range = { after: 0, maxMessages: 1_000_000, maxBytes: 2 ** 40, nowMs: 0 };
  return (await store.pull('bob', WALLET_ITSELF, range)).messages.map(({ position }) => position);
};

describe('the mailbox of the embedded store (real SQLite)', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-mailbox-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = () => join(folder, 'mailbox.db');

  mailboxContract(() => openSqliteMailbox(folder));

  it('is readable by this user alone', () => {
    openSqliteMailbox(folder).close();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('refuses a database of a newer version, and says what to do', () => {
    openSqliteMailbox(folder).close();
    const db = new DatabaseSync(file());
    db.exec('PRAGMA user_version = 999');
    db.close();
    expect(() => openSqliteMailbox(folder)).toThrow(/mailbox\.db was written by a newer anypath .* Start that version/);
  });

  it('refuses a damaged database, names it and says what to do', async () => {
    const store = openSqliteMailbox(folder);
    await many(store, 200, 2000);
    store.close();
    const whole = readFileSync(file());
    const damages: Record<string, () => void> = {
      header: () => writeFileSync(file(), 'this was a database'.padEnd(8192, '.')),
      page: () => writeFileSync(file(), Uint8Array.from(whole).fill(255, 4096, 12_288)),
      end: () => writeFileSync(file(), whole.subarray(0, whole.length / 2)),
    };
    for (const [name, damage] of Object.entries(damages)) {
      damage();
      expect(() => openSqliteMailbox(folder), name).toThrow(/mailbox\.db is damaged .*backup.*move mailbox\.db.*lost/);
    }
    for (const name of ['', '-wal', '-shm']) rmSync(`${file()}${name}`, { force: true });
    const anew = openSqliteMailbox(folder);
    expect(anew.total().messages).toBe(0);
    anew.close();
  });

  it('answers store_unavailable where damage is found later, and tells the log', async () => {
    const faults: unknown[] = [];
    const first = openSqliteMailbox(folder);
    await many(first, 2000, 1000);
    first.close();
    const store = openSqliteMailbox(folder, { fault: (error) => faults.push(error) });
    writeSync(openSync(file(), 'r+'), new Uint8Array(statSync(file()).size - 4096).fill(255), 0, undefined, 4096);
    const refused = { code: 'store_unavailable' };
    await expect(waiting(store)).rejects.toMatchObject(refused);
    await expect(store.acknowledge('bob', WALLET_ITSELF, [1])).rejects.toMatchObject(refused);
    await expect(store.enqueue(mail('new'), QUOTA)).rejects.toMatchObject(refused);
    expect(faults.length).toBeGreaterThan(0);
    store.close();
  });

  it('answers many at once with few syncs', async () => {
    let syncs = 0;
    const store = openSqliteMailbox(folder, { synced: () => syncs++ });
    await many(store, 200, 100);
    expect(syncs).toBeLessThan(100);
    expect(syncs).toBeGreaterThan(0);
    store.close();
  });

  it('answers nothing and shows nothing before the sync has ended', async () => {
    const held = holdable();
    const store = openSqliteMailbox(folder, {}, held.syncFile);
    let answered = 0;
    const first = many(store, 3).then(() => answered++);
    await held.reached;
    expect(await waiting(store)).toEqual([]);
    expect(answered).toBe(0);
    held.release();
    await first;
    expect(await waiting(store)).toHaveLength(3);
    store.close();
  });

  it('acknowledges nothing after a sync that failed until everything was written anew (the failure is simulated)', async () => {
    const faults: unknown[] = [];
    let fails = true;
    const failing = (fd: number) => (fails ? Promise.reject(new Error('EIO')) : syncFile(fd));
    const store = openSqliteMailbox(folder, { fault: (error) => faults.push(error) }, failing);
    const calls = [mail('m1'), mail('m2')].map((each) => store.enqueue(each, QUOTA));
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(faults).toEqual([new Error('EIO')]);
    fails = false;
    await expect
      .poll(() =>
        store.enqueue(mail('m3'), QUOTA).then(
          () => 'stored',
          () => 'refused',
        ),
      )
      .toBe('stored');
    // What was refused may have been stored: whoever repeats it is answered, and it is there once.
    await store.enqueue(mail('m1'), QUOTA);
    await store.enqueue(mail('m2'), QUOTA);
    expect(await waiting(store)).toHaveLength(3);
    store.close();
  });

  it('keeps the write-ahead log within bounds, and gives the room of removed messages back', async () => {
    const store = openSqliteMailbox(folder);
    for (let round = 0; round < 24; round++) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => store.enqueue(mail(`r${round}-${index}`, 100_000), QUOTA)),
      );
    }
    // A log without bounds would have 230 MiB: the thread that empties it may be late on a busy machine, and not for ever.
    expect(statSync(`${file()}-wal`).size).toBeLessThan(192 * 2 ** 20);
    await store.acknowledge('bob', WALLET_ITSELF, await waiting(store));
    await store.expire(0, 1);
    store.close();
    expect(statSync(file()).size).toBeLessThan(48 * 2 ** 20);
  }, 30_000);
});

/** A sync that waits until it is released. */
function holdable() {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let reach = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return {
    reached,
    release: () => release(),
    syncFile: async (fd: number) => {
      reach();
      await released;
      await syncFile(fd);
    },
  };
}
