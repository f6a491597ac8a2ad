import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagsContract } from './flags-contract.ts';
import { secretsContract } from './secrets-contract.ts';
import { sessionsContract } from './sessions-contract.ts';
import { openSqliteStore } from './sqlite.ts';

describe('the embedded store (real SQLite)', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describe('flags', () => flagsContract(() => openSqliteStore(folder)));
  describe('secrets', () => secretsContract(() => openSqliteStore(folder)));
  describe('ended sessions', () => sessionsContract(() => openSqliteStore(folder)));

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
