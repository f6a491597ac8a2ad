import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { devicesContract } from './devices-contract.ts';
import { openSqliteStore } from './sqlite.ts';

describe('devices in the embedded store (real SQLite)', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-devices-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  devicesContract(() => openSqliteStore(folder));

  it('leave no name and no proof of a key that was revoked', () => {
    const store = openSqliteStore(folder);
    const proof = { message: 'who signed this?', signature: '0x00' };
    const device = { keyId: 'k1', publicKey: 'p1', name: 'Laptop', sinceMs: 1, seenMs: 2, proof };
    store.changeDevices('alice', 'k1', () => ({ devices: [device], revokedMs: undefined }));
    store.changeDevices('alice', 'k1', () => ({ devices: [], revokedMs: 5 }));
    store.close();
    const db = new DatabaseSync(join(folder, 'anypath.db'));
    expect(db.prepare('SELECT name, proof_message, proof_signature, revoked_ms FROM devices').all()).toEqual([
      { name: '', proof_message: null, proof_signature: null, revoked_ms: 5 },
    ]);
    db.close();
  });
});
