import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sideOf, step } from '../contacts/pair.ts';
import { contactsContract } from './contacts-contract.ts';
import { openSqliteStore } from './sqlite.ts';

describe('contacts in the embedded store (real SQLite)', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-contacts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  contactsContract(() => openSqliteStore(folder));

  it('leave nothing behind where there is no relation any more', () => {
    const store = openSqliteStore(folder);
    for (const [wallet, action, peer] of [
      ['alice', 'ask', 'bob'],
      ['bob', 'remove', 'alice'],
      ['alice', 'remove', 'bob'],
      ['alice', 'block', 'carol'],
      ['alice', 'remove', 'carol'],
      ['alice', 'ask', 'dave'],
    ] as const) {
      store.changeContact(wallet, peer, (pair) => step(pair, sideOf(wallet, peer), action, 1));
    }
    store.close();
    const db = new DatabaseSync(join(folder, 'anypath.db'));
    expect(db.prepare('SELECT a, b FROM contacts').all()).toEqual([{ a: 'alice', b: 'dave' }]);
    db.close();
  });
});
