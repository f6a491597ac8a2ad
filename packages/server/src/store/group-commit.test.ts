import { AnypathError } from '@anypath/protocol';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from './group-commit.ts';

/** A database in memory (real SQLite), with a table of numbers. */
function scene(sync: () => Promise<void> = async () => {}) {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE numbers (number INTEGER NOT NULL, filler BLOB)');
  const faults: unknown[] = [];
  const log: string[] = [];
  const told = (statement: string) => {
    log.push(statement);
    db.exec(statement);
  };
  const group = new GroupCommit({
    begin: () => told('BEGIN IMMEDIATE'),
    commit: () => told('COMMIT'),
    rollback: () => db.isTransaction && db.exec('ROLLBACK'),
    sync: () => {
      log.push('sync');
      return sync();
    },
    repair: async () => {},
    fault: (error) => faults.push(error),
  });
  const insert = db.prepare('INSERT INTO numbers VALUES (?, zeroblob(?))');
  const add = (number: number, bytes = 0) =>
    group.run(() => Number(insert.run(number, bytes).lastInsertRowid), { durable: true });
  const all = () => (db.prepare('SELECT number FROM numbers').all() as { number: number }[]).map((row) => row.number);
  return { db, group, add, all, faults, log };
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    ({ code }: { code: string }) => code,
  );

describe('a group commit', () => {
  it('takes everything of one turn into one transaction with one sync', async () => {
    const { add, all, log } = scene();
    await Promise.all([1, 2, 3].map((number) => add(number)));
    expect(log).toEqual(['BEGIN IMMEDIATE', 'COMMIT', 'sync']);
    expect(all()).toEqual([1, 2, 3]);
  });

  it('commits while a sync runs, and covers all that was committed meanwhile with one more', async () => {
    const releases: (() => void)[] = [];
    const { add, log } = scene(() => new Promise((resolve) => releases.push(resolve)));
    const first = add(1);
    await turn();
    const second = add(2);
    await turn();
    const third = add(3);
    await turn();
    const begun = log.filter((line) => line === 'BEGIN IMMEDIATE');
    expect([begun.length, releases.length]).toEqual([3, 1]);
    releases[0]?.();
    await first;
    await turn();
    expect(releases).toHaveLength(2);
    releases[1]?.();
    await Promise.all([second, third]);
  });

  it('answers what need not survive without a sync', async () => {
    const { group, log } = scene();
    expect(await group.run(() => 5, { durable: false })).toBe(5);
    expect(log).not.toContain('sync');
  });

  it('passes a refusal on, and keeps the rest of the transaction', async () => {
    const { add, all, group } = scene();
    const refused = group.run(
      () => {
        throw new AnypathError('mailbox_full');
      },
      { durable: true },
    );
    const answers = await Promise.all([codeOf(add(1)), codeOf(refused), codeOf(add(2))]);
    expect([answers, all()]).toEqual([
      ['ok', 'mailbox_full', 'ok'],
      [1, 2],
    ]);
  });

  it('half-writes nothing while there is no room (SQLITE_FULL), and works again when there is', async () => {
    const { db, add, all, faults } = scene();
    await add(1);
    db.exec('PRAGMA max_page_count = 8');
    const answers = await Promise.all([add(2), add(3, 1_000_000), add(4)].map(codeOf));
    expect(answers).toEqual(['store_unavailable', 'store_unavailable', 'ok']);
    expect([all(), faults.length]).toEqual([[1, 4], 1]);
    db.exec('PRAGMA max_page_count = 10000');
    expect(await codeOf(add(3, 1_000_000))).toBe('ok');
    expect(all()).toEqual([1, 4, 3]);
  });

  it('refuses work where too much waits', async () => {
    const { group } = scene();
    const half = { durable: true, bytes: 40 * 2 ** 20 };
    const calls = [1, 2, 3].map((number) => codeOf(group.run(() => number, half)));
    expect(await Promise.all(calls)).toEqual(['ok', 'store_unavailable', 'store_unavailable']);
    expect(await codeOf(group.run(() => 4, half))).toBe('ok');
  });

  it('lets work wait while it is paused', async () => {
    const { add, all, group } = scene();
    group.pause();
    const call = add(1);
    await turn();
    expect(all()).toEqual([]);
    group.resume();
    await call;
    expect(all()).toEqual([1]);
  });
});

/** Until everything that is due in this turn of the event loop has run. */
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
