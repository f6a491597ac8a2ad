import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from './sqlite.ts';

describe('the embedded store (real SQLite)', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('remembers flags and secrets across a restart', () => {
    const first = openSqliteStore(folder);
    expect(first.flags()).toEqual([]);
    const off = { key: 'rtc.ice', enabled: false, percent: 100, wallets: {} };
    const some = { key: 'rtc.signal', enabled: true, percent: 12.5, wallets: { alice: true, bob: false } };
    first.setFlag({ ...off, wallets: { carol: true } });
    first.setFlag(off);
    first.setFlag(some);
    first.setFlag({ ...some, key: 'relay.enqueue' });
    first.removeFlag('relay.enqueue');
    const secret = first.secret('jwt', () => new Uint8Array([1, 2, 3]));
    first.close();
    const second = openSqliteStore(folder);
    expect(second.flags()).toEqual([off, some]);
    expect(second.secret('jwt', () => new Uint8Array([9]))).toEqual(secret);
    second.close();
  });

  it('is readable by this user alone', () => {
    openSqliteStore(folder).close();
    expect(statSync(join(folder, 'anypath.db')).mode & 0o777).toBe(0o600);
  });

  it('refuses a database of a newer version, and says what to do', () => {
    openSqliteStore(folder).close();
    const db = new DatabaseSync(join(folder, 'anypath.db'));
    db.exec('PRAGMA user_version = 999');
    db.close();
    expect(() => openSqliteStore(folder)).toThrow(/newer anypath .* Start that version, or choose another DATA_DIR/);
  });
});
