import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import * as v from 'valibot';
import type { AtOnce } from '../maybe.ts';
import type { DevicesChange, KnownDevices, Store, StoredDevice } from './port.ts';

const DeviceRows = v.array(
  v.object({
    key_id: v.string(),
    public_key: v.string(),
    name: v.string(),
    since_ms: v.number(),
    seen_ms: v.number(),
    proof_message: v.nullable(v.string()),
    proof_signature: v.nullable(v.string()),
  }),
);
const KeyRows = v.array(v.object({ key_id: v.string() }));
const RevokedRow = v.optional(v.object({ revoked_ms: v.nullable(v.number()) }));

const FIELDS = 'public_key, name, since_ms, seen_ms, proof_message, proof_signature';
/** The condition is that of the index. */
const IN_USE = 'devices INDEXED BY devices_in_use WHERE wallet = ? AND revoked_ms IS NULL ORDER BY since_ms, key_id';

type DeviceStore = AtOnce<Pick<Store, 'devicesOf' | 'deviceKeysOf' | 'changeDevices' | 'sawDevices'>>;

/** The devices of the embedded store: a row for each key that a wallet has or had to revoke. */
export function devicesOn(db: DatabaseSyncInstance): DeviceStore {
  const read = db.prepare(`SELECT key_id, ${FIELDS} FROM ${IN_USE}`);
  const readKeys = db.prepare(`SELECT key_id FROM ${IN_USE}`);
  const readRevoked = db.prepare('SELECT revoked_ms FROM devices WHERE wallet = ? AND key_id = ?');
  const write = db.prepare(
    `INSERT INTO devices (wallet, key_id, ${FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (wallet, key_id) DO UPDATE SET
       public_key = excluded.public_key, name = excluded.name, since_ms = excluded.since_ms, seen_ms = excluded.seen_ms,
       proof_message = excluded.proof_message, proof_signature = excluded.proof_signature`,
  );
  const revoke = db.prepare(
    `UPDATE devices SET revoked_ms = ?, name = '', proof_message = NULL, proof_signature = NULL
     WHERE wallet = ? AND key_id = ?`,
  );
  const remove = db.prepare('DELETE FROM devices WHERE wallet = ? AND key_id = ? AND revoked_ms IS NULL');
  const touch = db.prepare(
    'UPDATE devices SET seen_ms = max(seen_ms, ?) WHERE wallet = ? AND key_id = ? AND revoked_ms IS NULL',
  );

  const devicesOf = (wallet: string): StoredDevice[] =>
    v.parse(DeviceRows, read.all(wallet)).map((row) => ({
      keyId: row.key_id,
      publicKey: row.public_key,
      name: row.name,
      sinceMs: row.since_ms,
      seenMs: row.seen_ms,
      ...(row.proof_message === null || row.proof_signature === null
        ? {}
        : { proof: { message: row.proof_message, signature: row.proof_signature } }),
    }));

  const known = (wallet: string, keyId: string): KnownDevices => ({
    devices: devicesOf(wallet),
    revokedMs: v.parse(RevokedRow, readRevoked.get(wallet, keyId))?.revoked_ms ?? undefined,
  });

  function put(wallet: string, keyId: string, before: KnownDevices, after: KnownDevices): void {
    if (after.revokedMs !== undefined && before.revokedMs === undefined) revoke.run(after.revokedMs, wallet, keyId);
    const kept = new Set(after.devices.map((device) => device.keyId));
    for (const device of before.devices) if (!kept.has(device.keyId)) remove.run(wallet, device.keyId);
    const unchanged = new Set(before.devices);
    for (const device of after.devices) {
      if (unchanged.has(device)) continue;
      const { publicKey, name, sinceMs, seenMs, proof } = device;
      const { message = null, signature = null } = proof ?? {};
      write.run(wallet, device.keyId, publicKey, name, sinceMs, seenMs, message, signature);
    }
  }

  /** Before anything is read, so that no other process changes it in between. */
  function atomically<T>(work: () => T): T {
    db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }

  return {
    devicesOf,
    deviceKeysOf: (wallet) => v.parse(KeyRows, readKeys.all(wallet)).map(({ key_id }) => key_id),
    changeDevices: (wallet, keyId, change): DevicesChange =>
      atomically(() => {
        const before = known(wallet, keyId);
        const after = change(before);
        if (after !== before) put(wallet, keyId, before, after);
        return { before, after };
      }),
    sawDevices: (seen) => {
      if (seen.length === 0) return;
      atomically(() => {
        for (const { wallet, keyId, seenMs } of seen) touch.run(seenMs, wallet, keyId);
      });
    },
  };
}
