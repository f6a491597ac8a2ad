import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import * as v from 'valibot';
import { MIGRATIONS } from '../sqlite.ts';
import { contactsOn } from '../sqlite-contacts.ts';
import { devicesOn } from '../sqlite-devices.ts';
import { flagsOn } from '../sqlite-flags.ts';
import { MAILBOX_MIGRATIONS } from '../sqlite-mails.ts';
import { migrate } from '../sqlite-migrate.ts';
import { checkWhole } from '../sqlite-trouble.ts';
import type { Kind, Records } from './records.ts';

/** A record, and where it stands among those of its kind. */
export interface Keyed<K extends Kind> {
  readonly key: string;
  readonly record: Records[K];
}

/** What a store holds, to be read from one record to the next. */
export interface RecordSource {
  /** The highest position that was given out. */
  readonly floor: number;
  /** The records of a kind behind a key (`''` for the first), the lowest key first. */
  read<K extends Kind>(kind: K, after: string): Iterable<Keyed<K>>;
  close(): void;
}

/** How long a message is known, as the mailbox of SQLite has it: it keeps when a memory ends, others keep when it began. */
const REMEMBERED_MS = 3_600_000;
/** Neither wallets nor identifiers have a space. */
const SEPARATOR = ' ';

const Name = v.object({ name: v.string() });
const Secret = v.object({ name: v.string(), value: v.instance(Uint8Array) });
const Session = v.object({ id: v.string(), untilMs: v.number() });
const Wallets = v.object({ a: v.string(), b: v.string() });
const Revoked = v.object({ keyId: v.string(), atMs: v.number() });
const Mail = v.object({
  position: v.number(),
  owner: v.string(),
  sender: v.string(),
  recipient: v.string(),
  id: v.string(),
  at_ms: v.number(),
  expires_ms: v.number(),
  forced: v.number(),
  readers: v.string(),
  body: v.instance(Uint8Array),
});
const Memory = v.object({
  sender: v.string(),
  recipient: v.string(),
  id: v.string(),
  forced: v.number(),
  expires_ms: v.number(),
  position: v.number(),
  forget_ms: v.number(),
});
const Position = v.object({ position: v.nullable(v.number()) });

type Readers = { readonly [K in Kind]: (after: string) => Iterable<Keyed<K>> };

/**
 * Opens the files of the embedded store for itself alone, brought to the schema of this version.
 *
 * @param folder DATA_DIR
 * @throws Error where there are none, a server runs on them, or they cannot be read; the sentence says what to do
 */
export function openSqliteSource(folder: string): RecordSource {
  const main = alone(join(folder, 'anypath.db'), MIGRATIONS);
  const mailbox = alone(join(folder, 'mailbox.db'), MAILBOX_MIGRATIONS);
  const readers: Readers = { ...readersOf(main), ...mailReadersOf(mailbox) };
  const last = mailbox.prepare("SELECT max(seq) AS position FROM sqlite_sequence WHERE name = 'mails'").get();
  return {
    floor: v.parse(Position, last).position ?? 0,
    read: <K extends Kind>(kind: K, after: string): Iterable<Keyed<K>> => readers[kind](after),
    close: () => {
      main.close();
      mailbox.close();
    },
  };
}

/** Opens a database so that nobody else can have it open, now and for as long as it is. */
function alone(file: string, migrations: readonly string[]): DatabaseSyncInstance {
  if (!existsSync(file)) throw new Error(`${file} is not there. Name the folder that DATA_DIR of the server names.`);
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
    checkWhole(db);
    migrate(db, file, migrations);
    return db;
  } catch (error) {
    db.close();
    const isInUse = error instanceof Error && /locked|busy/i.test(error.message);
    throw isInUse
      ? new Error('A server runs on these files. Stop it first: what it takes meanwhile would be lost.')
      : error;
  }
}

function readersOf(db: DatabaseSyncInstance): Omit<Readers, 'mail' | 'memory'> {
  const { flags } = flagsOn(db);
  const { contactPair } = contactsOn(db);
  const { devicesOf } = devicesOn(db);
  const secrets = db.prepare('SELECT name, value FROM secrets WHERE name > ? ORDER BY name');
  const sessions = db.prepare('SELECT id, until_ms AS untilMs FROM revoked_sessions WHERE id > ? ORDER BY id');
  const pairs = db.prepare('SELECT a, b FROM contacts WHERE (a, b) > (?, ?) ORDER BY a, b');
  const wallets = db.prepare('SELECT DISTINCT wallet AS name FROM devices WHERE wallet > ? ORDER BY wallet');
  const revoked = db.prepare(
    'SELECT key_id AS keyId, revoked_ms AS atMs FROM devices WHERE wallet = ? AND revoked_ms IS NOT NULL ORDER BY key_id',
  );
  return {
    flag: function* (after) {
      for (const record of flags()) if (record.key > after) yield { key: record.key, record };
    },
    secret: function* (after) {
      for (const row of secrets.iterate(after)) {
        const record = v.parse(Secret, row);
        yield { key: record.name, record };
      }
    },
    session: function* (after) {
      for (const row of sessions.iterate(after)) {
        const record = v.parse(Session, row);
        yield { key: record.id, record };
      }
    },
    contact: function* (after) {
      const [lastA = '', lastB = ''] = after.split(SEPARATOR);
      for (const row of pairs.iterate(lastA, lastB)) {
        const { a, b } = v.parse(Wallets, row);
        yield { key: `${a}${SEPARATOR}${b}`, record: { a, b, pair: contactPair(a, b) } };
      }
    },
    wallet: function* (after) {
      for (const row of wallets.iterate(after)) {
        const { name: wallet } = v.parse(Name, row);
        const record = { wallet, devices: devicesOf(wallet), revoked: v.parse(v.array(Revoked), revoked.all(wallet)) };
        yield { key: wallet, record };
      }
    },
  };
}

function mailReadersOf(db: DatabaseSyncInstance): Pick<Readers, 'mail' | 'memory'> {
  const mails = db.prepare('SELECT * FROM mails WHERE position > ? ORDER BY position');
  const waits = db.prepare('SELECT 1 FROM pending WHERE owner = ? AND reader = ? AND position = ?');
  const memories = db.prepare(
    `SELECT sender, recipient, id, forced, expires_ms, position, forget_ms FROM accepted
       WHERE (sender, recipient, id) > (?, ?, ?) AND forget_ms > 0
         AND NOT EXISTS (SELECT 1 FROM mails WHERE mails.position = accepted.position)
       ORDER BY sender, recipient, id`,
  );
  return {
    mail: function* (after) {
      for (const row of mails.iterate(Number(after))) {
        const { position, owner, sender: from, recipient: to, id, ...rest } = v.parse(Mail, row);
        const all = rest.readers.split(SEPARATOR);
        const readers = all.filter((reader) => waits.get(owner, reader, position) !== undefined).sort();
        const times = { atMs: rest.at_ms, expiresAtMs: rest.expires_ms };
        const body = new Uint8Array(rest.body);
        const record = { owner, position, from, to, id, ...times, forced: rest.forced === 1, readers, body };
        yield { key: String(position), record };
      }
    },
    memory: function* (after) {
      const [lastFrom = '', lastTo = '', lastId = ''] = after.split(SEPARATOR);
      for (const row of memories.iterate(lastFrom, lastTo, lastId)) {
        const { sender: from, recipient: to, id, position, forced, ...rest } = v.parse(Memory, row);
        const times = { atMs: rest.forget_ms - REMEMBERED_MS, expiresAtMs: rest.expires_ms };
        const record = { position, from, to, id, ...times, forced: forced === 1 };
        yield { key: [from, to, id].join(SEPARATOR), record };
      }
    },
  };
}
