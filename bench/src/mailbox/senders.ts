import { join } from 'node:path';
import {
  Contacts,
  createLocalBus,
  Flags,
  MAILBOX_MIGRATIONS,
  Mailbox,
  openSqliteStore,
  SqliteMails,
} from '@anypath/server';
import { DatabaseSync } from '@photostructure/sqlite';

/** Senders at the same time, and messages in a batch of the reference. */
export const SENDERS = 64;
/** A message of a chat, sealed. */
export const BODY = new Uint8Array(1024).fill(7);

const KEY_ID = 'k'.repeat(22);
const HOUR_MS = 3_600_000;
const QUOTA = { messages: 10_000_000, bytes: 2 ** 40 };

/** What one side did. */
export interface Measured {
  /** Messages a second. */
  readonly rate: number;
  /** Messages that shared one sync. */
  readonly perSync: number;
}

/** A mailbox, what closes it with all that it needs, and how often it was synced. */
export interface OpenedMailbox {
  readonly mailbox: Mailbox;
  close(): Promise<void>;
  syncs(): number;
}

/** A mailbox in this process, with contacts, flags and devices as a server has them. */
export async function openMailbox(
  folder: string,
  wallets: readonly (readonly [from: string, to: string])[],
): Promise<OpenedMailbox> {
  let syncs = 0;
  const store = openSqliteStore(folder, { synced: () => syncs++ });
  const flags = await Flags.follow(store);
  const contacts = new Contacts(store);
  for (const [from, to] of wallets) {
    await contacts.change(from, 'ask', to);
    await contacts.change(to, 'ask', from);
  }
  const mailbox = new Mailbox({
    config: { MAILBOX_TTL: 3600, MAILBOX_MAX_MESSAGES: QUOTA.messages, MAILBOX_MAX_BYTES: QUOTA.bytes },
    store: store.mailbox,
    bus: createLocalBus(),
    flags,
    acquaintances: contacts,
    devices: { keysOf: () => [KEY_ID] },
    counters: { enqueued: () => undefined, acknowledged: () => undefined, expired: () => undefined },
  });
  const close = async () => {
    flags.close();
    await store.close();
  };
  return { mailbox, close, syncs: () => syncs };
}

/** The pairs of wallets that send: the same on both sides. */
export const PAIRS = Array.from({ length: SENDERS }, (_, index) => [`from-${index}`, `to-${index}`] as const);

/** One message of a wallet, sealed for the one device of each. */
export const messageFor = (to: string, id: number) => ({ to, id: `m${id}`, keys: [KEY_ID], body: BODY });

/** Sends by 64 senders at a time through the mailbox, each waiting for its answer before the next. */
export async function inProcess(folder: string, messages: number): Promise<Measured> {
  const { mailbox, close, syncs } = await openMailbox(folder, PAIRS);
  let sent = 0;
  const work = async ([wallet, to]: readonly [string, string]) => {
    while (sent < messages) await mailbox.enqueue({ wallet, keyId: KEY_ID, rtc: true }, messageFor(to, sent++));
  };
  const startMs = performance.now();
  await Promise.all(PAIRS.map(work));
  const seconds = (performance.now() - startMs) / 1000;
  await close();
  return { rate: messages / seconds, perSync: messages / syncs() };
}

/** The same rows in batches of 64, each committed and synced by SQLite itself, with nothing around it. */
export function bareBatches(folder: string, messages: number): Measured {
  const db = new DatabaseSync(join(folder, 'bare.db'));
  db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  for (const statements of MAILBOX_MIGRATIONS) db.exec(statements);
  const mails = new SqliteMails(db);
  const startMs = performance.now();
  for (let batch = 0; batch < messages / SENDERS; batch++) {
    db.exec('BEGIN IMMEDIATE');
    const atMs = Date.now();
    for (const [from, to] of PAIRS) {
      const row = { from, to, id: `m${batch}`, body: BODY, forced: false, atMs, expiresAtMs: atMs + HOUR_MS };
      mails.add({ ...row, readers: [KEY_ID], copyReaders: [] }, QUOTA);
    }
    db.exec('COMMIT');
  }
  const seconds = (performance.now() - startMs) / 1000;
  db.close();
  return { rate: (Math.ceil(messages / SENDERS) * SENDERS) / seconds, perSync: SENDERS };
}
