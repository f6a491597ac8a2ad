import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import type { AtOnce } from '../maybe.ts';
import type { MailboxStore } from './mailbox-port.ts';
import type { Store } from './port.ts';
import { contactsOn } from './sqlite-contacts.ts';
import { devicesOn } from './sqlite-devices.ts';
import { flagsOn } from './sqlite-flags.ts';
import { type MailboxListeners, openSqliteMailbox } from './sqlite-mailbox.ts';
import { migrate } from './sqlite-migrate.ts';
import { revokedSessionsOn } from './sqlite-sessions.ts';
import { checkWhole, troubleOf } from './sqlite-trouble.ts';

type Database = DatabaseSyncInstance;

/** The schema of the main database. Each entry takes it one version up; only append. */
export const MIGRATIONS = [
  `CREATE TABLE flags (key TEXT PRIMARY KEY, enabled INTEGER NOT NULL CHECK (enabled IN (0, 1))) STRICT;
   CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;`,
  `ALTER TABLE flags ADD COLUMN percent REAL NOT NULL DEFAULT 100 CHECK (percent BETWEEN 0 AND 100);
   CREATE TABLE flag_wallets (
     key TEXT NOT NULL REFERENCES flags (key) ON DELETE CASCADE,
     wallet TEXT NOT NULL,
     enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
     PRIMARY KEY (key, wallet)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE revoked_sessions (id TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX revoked_sessions_until ON revoked_sessions (until_ms);`,
  // Each index holds what that side sees, so that wallets that block somebody, or ask in vain, do not slow its lists down.
  `CREATE TABLE contacts (
     a TEXT NOT NULL,
     b TEXT NOT NULL,
     a_state TEXT NOT NULL CHECK (a_state IN ('none', 'asked', 'unheard', 'mutual', 'blocked')),
     b_state TEXT NOT NULL CHECK (b_state IN ('none', 'asked', 'unheard', 'mutual', 'blocked')),
     a_since_ms INTEGER NOT NULL,
     b_since_ms INTEGER NOT NULL,
     PRIMARY KEY (a, b),
     CHECK (a <> b),
     CHECK ((a_state = 'mutual') = (b_state = 'mutual'))
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX contacts_seen_by_a ON contacts (a, a_state, b_state) WHERE a_state <> 'none' OR b_state = 'asked';
   CREATE INDEX contacts_seen_by_b ON contacts (b, b_state, a_state) WHERE b_state <> 'none' OR a_state = 'asked';`,
  // A revoked key stays for good, and nothing else of its device; the index holds what each message of the mailbox asks for.
  `CREATE TABLE devices (
     wallet TEXT NOT NULL,
     key_id TEXT NOT NULL,
     public_key TEXT NOT NULL,
     name TEXT NOT NULL,
     since_ms INTEGER NOT NULL,
     seen_ms INTEGER NOT NULL,
     proof_message TEXT,
     proof_signature TEXT,
     revoked_ms INTEGER,
     PRIMARY KEY (wallet, key_id),
     CHECK ((proof_message IS NULL) = (proof_signature IS NULL)),
     CHECK (revoked_ms IS NULL OR (name = '' AND proof_message IS NULL))
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX devices_in_use ON devices (wallet, since_ms, key_id) WHERE revoked_ms IS NULL;`,
] as const;

/** Smaller databases are checked as a whole at the start, which takes about a second for the largest of them. */
const CHECKED_MAX_BYTES = 256 * 1024 * 1024;

/**
 * Opens the embedded store.
 *
 * @param folder where its files are kept; made where it is missing, readable by this user alone
 * @throws Error where a database was written by a newer version, is damaged or cannot be opened; the sentence says what to do
 */
export function openSqliteStore(folder: string, mailboxListeners: MailboxListeners = {}): AtOnce<Store> {
  const db = opened(folder);
  try {
    return storeOn(db, openSqliteMailbox(folder, mailboxListeners));
  } catch (error) {
    db.close();
    throw troubleOf(error, join(folder, 'mailbox.db'), 'messages that nobody has fetched yet are lost then.');
  }
}

function opened(folder: string): Database {
  const file = join(folder, 'anypath.db');
  let db: Database | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    db = new DatabaseSync(file);
    chmodSync(file, 0o600);
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;',
    );
    if (statSync(file).size <= CHECKED_MAX_BYTES) checkWhole(db);
    migrate(db, file, MIGRATIONS);
    return db;
  } catch (error) {
    db?.close();
    throw troubleOf(error, file, 'flags, contacts and devices are lost then, and everybody has to sign in again.');
  }
}

function storeOn(db: Database, mailbox: MailboxStore): AtOnce<Store> {
  const readSecret = db.prepare('SELECT value FROM secrets WHERE name = ?');
  const writeSecret = db.prepare('INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING');
  // https://sqlite.org/pragma.html#pragma_data_version
  const readVersion = db.prepare('PRAGMA data_version');
  return {
    ...flagsOn(db),
    ...revokedSessionsOn(db),
    ...contactsOn(db),
    ...devicesOn(db),
    secret: (name, make) => {
      const known = readSecret.get(name) as { value: Uint8Array } | undefined;
      if (known) return known.value;
      writeSecret.run(name, make());
      return (readSecret.get(name) as { value: Uint8Array }).value;
    },
    mailbox,
    version: () => (readVersion.get() as { data_version: number }).data_version,
    close: () => {
      mailbox.close();
      db.close();
    },
  };
}
