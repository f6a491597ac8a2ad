import { AnypathError } from '@anypath/protocol';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import * as v from 'valibot';
import type { Accepted, MailboxUse, NewMail, Pulled, PullRange, Stored, WaitingMail } from './mailbox-port.ts';

/** The schema of the mailbox. Each entry takes it one version up; only append. */
export const MAILBOX_MIGRATIONS = [
  // Positions are never used again, so that a late acknowledgement cannot mean another message.
  `CREATE TABLE mails (
     position INTEGER PRIMARY KEY AUTOINCREMENT,
     owner TEXT NOT NULL,
     sender TEXT NOT NULL,
     recipient TEXT NOT NULL,
     id TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     expires_ms INTEGER NOT NULL,
     forced INTEGER NOT NULL CHECK (forced IN (0, 1)),
     readers TEXT NOT NULL,
     body BLOB NOT NULL
   ) STRICT;
   CREATE INDEX mails_expiry ON mails (expires_ms);
   CREATE TABLE pending (
     owner TEXT NOT NULL,
     reader TEXT NOT NULL,
     position INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     PRIMARY KEY (owner, reader, position)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE accepted (
     sender TEXT NOT NULL,
     recipient TEXT NOT NULL,
     id TEXT NOT NULL,
     forced INTEGER NOT NULL CHECK (forced IN (0, 1)),
     expires_ms INTEGER NOT NULL,
     position INTEGER NOT NULL,
     forget_ms INTEGER,
     PRIMARY KEY (sender, recipient, id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX accepted_forget ON accepted (forget_ms) WHERE forget_ms IS NOT NULL;
   CREATE TABLE owners (
     owner TEXT PRIMARY KEY,
     messages INTEGER NOT NULL CHECK (messages >= 0),
     bytes INTEGER NOT NULL CHECK (bytes >= 0)
   ) STRICT, WITHOUT ROWID;`,
] as const;

/** How long a message is known after it was accepted, also where it was removed: for a sender that did not hear the answer. */
const REMEMBERED_MS = 3_600_000;

const NOTHING: MailboxUse = { messages: 0, bytes: 0 };

/** Wallets and devices have no space. */
const SEPARATOR = ' ';

const Use = v.object({ messages: v.number(), bytes: v.number() });
const AcceptedRow = v.object({ forced: v.number(), expires_ms: v.number() });
const AtRow = v.object({ at_ms: v.number() });
const PositionRow = v.object({ position: v.nullable(v.number()) });
const PositionRows = v.array(v.tuple([v.number()]));
const PendingRows = v.array(v.tuple([v.number(), v.number()]));
const HeadRow = v.object({
  owner: v.string(),
  sender: v.string(),
  recipient: v.string(),
  id: v.string(),
  readers: v.string(),
  bytes: v.number(),
});
type Head = v.InferOutput<typeof HeadRow>;
const MailRow = v.object({
  id: v.string(),
  sender: v.string(),
  recipient: v.string(),
  at_ms: v.number(),
  expires_ms: v.number(),
  forced: v.number(),
  body: v.instance(Uint8Array),
});

/** The messages in a SQLite database. What writes is called inside a transaction. */
export class SqliteMails {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: DatabaseSyncInstance) {
    this.#statements = prepare(db);
  }

  /** Stores a message and its copy, unless it is known. @throws AnypathError `mailbox_full`, with nothing written */
  add(mail: NewMail, quota: MailboxUse): Stored {
    const known = this.accepted(mail.from, mail.to, mail.id);
    if (known) return known;
    if (!this.#hasRoom(mail.to, mail.body.byteLength, quota)) throw new AnypathError('mailbox_full');
    const position = this.#put(mail, mail.to, mail.readers);
    const wantsCopy = mail.copyReaders.length > 0 && this.#hasRoom(mail.from, mail.body.byteLength, quota);
    const copyPosition = wantsCopy ? this.#put(mail, mail.from, mail.copyReaders) : undefined;
    const { from, to, id, forced, expiresAtMs, atMs } = mail;
    this.#statements.accept.run(from, to, id, Number(forced), expiresAtMs, position, atMs + REMEMBERED_MS);
    return { forced, expiresAtMs, added: { position, ...(copyPosition === undefined ? {} : { copyPosition }) } };
  }

  accepted(from: string, to: string, id: string): Accepted | undefined {
    const row = this.#statements.accepted.get(from, to, id);
    if (row === undefined) return undefined;
    const { forced, expires_ms: expiresAtMs } = v.parse(AcceptedRow, row);
    return { forced: forced === 1, expiresAtMs };
  }

  /** @param through the highest position that may be seen */
  pull(owner: string, reader: string, range: PullRange, through: number): Pulled {
    const { after, maxMessages, maxBytes, nowMs } = range;
    const rows = v.parse(
      PendingRows,
      this.#statements.pending.all(owner, reader, after, through, nowMs, maxMessages + 1),
    );
    const messages: WaitingMail[] = [];
    let total = 0;
    for (const [position, bytes] of rows) {
      total += bytes;
      if (messages.length === maxMessages || (messages.length > 0 && total > maxBytes)) break;
      messages.push(this.#mail(position));
    }
    return { messages, more: messages.length < rows.length };
  }

  first(owner: string, reader: string, after: number, through: number): number | undefined {
    return v.parse(PositionRow, this.#statements.first.get(owner, reader, after, through)).position ?? undefined;
  }

  /** The positions of what waits for a device, the first of them. */
  positions(owner: string, reader: string, max: number): number[] {
    return v.parse(PositionRows, this.#statements.positions.all(owner, reader, max)).map(([position]) => position);
  }

  /** A device has these messages. @returns how many of them had waited for it, and what was removed */
  acknowledge(owner: string, reader: string, positions: readonly number[]): { acked: number; removed: MailboxUse } {
    let acked = 0;
    const removed: Head[] = [];
    for (const position of positions) {
      if (this.#statements.unpend.run(owner, reader, position).changes === 0) continue;
      acked++;
      const head = this.#headOf(position);
      const others = head.readers.split(SEPARATOR).filter((other) => other !== reader);
      if (others.some((other) => this.#waits(owner, other, position))) continue;
      this.#remove(position, head);
      removed.push(head);
    }
    return { acked, removed: this.#discount(removed) };
  }

  /** Removes messages whose time is over. @returns what was removed */
  expire(nowMs: number, max: number): MailboxUse {
    const positions = v.parse(PositionRows, this.#statements.expired.all(nowMs, max));
    const heads = positions.map(([position]) => {
      const head = this.#headOf(position);
      for (const reader of head.readers.split(SEPARATOR)) this.#statements.unpend.run(head.owner, reader, position);
      this.#remove(position, head);
      return head;
    });
    return this.#discount(heads);
  }

  /** Forgets which messages were accepted: at once those that are gone, the others when they go. @returns how many it looked at */
  forgetAccepted(nowMs: number, max: number): number {
    const { changes } = this.#statements.postpone.run(nowMs, max);
    this.#statements.forgetGone.run();
    return changes;
  }

  use(owner: string): MailboxUse {
    const row = this.#statements.use.get(owner);
    return row === undefined ? NOTHING : v.parse(Use, row);
  }

  /** Counts what waits altogether. */
  total(): MailboxUse {
    return v.parse(Use, this.#statements.total.get());
  }

  /** When the message with the lowest position came: positions ascend, so it is the oldest. */
  oldestAtMs(): number | undefined {
    const row = this.#statements.oldest.get();
    return row === undefined ? undefined : v.parse(AtRow, row).at_ms;
  }

  /** The highest position that there ever was. */
  lastPosition(): number {
    return v.parse(PositionRow, this.#statements.last.get()).position ?? 0;
  }

  #hasRoom(owner: string, bytes: number, quota: MailboxUse): boolean {
    const use = this.use(owner);
    return use.messages + 1 <= quota.messages && use.bytes + bytes <= quota.bytes;
  }

  #put({ from, to, id, atMs, expiresAtMs, forced, body }: NewMail, owner: string, readers: readonly string[]): number {
    const joined = readers.join(SEPARATOR);
    const { lastInsertRowid } = this.#statements.add.run(
      owner,
      from,
      to,
      id,
      atMs,
      expiresAtMs,
      Number(forced),
      joined,
      body,
    );
    const position = Number(lastInsertRowid);
    for (const reader of readers) this.#statements.pend.run(owner, reader, position, body.byteLength);
    this.#statements.count.run(owner, 1, body.byteLength);
    return position;
  }

  #waits(owner: string, reader: string, position: number): boolean {
    return this.#statements.isPending.get(owner, reader, position) !== undefined;
  }

  #headOf(position: number): Head {
    return v.parse(HeadRow, this.#statements.head.get(position));
  }

  #mail(position: number): WaitingMail {
    const row = v.parse(MailRow, this.#statements.mail.get(position));
    return {
      position,
      id: row.id,
      from: row.sender,
      to: row.recipient,
      atMs: row.at_ms,
      expiresAtMs: row.expires_ms,
      forced: row.forced === 1,
      body: row.body,
    };
  }

  #remove(position: number, { owner, sender, recipient, id }: Head): void {
    this.#statements.remove.run(position);
    if (owner === recipient) this.#statements.forget.run(sender, recipient, id);
  }

  /** Takes what was removed off the counts. */
  #discount(removed: readonly Head[]): MailboxUse {
    const uses = new Map<string, MailboxUse>();
    let total = NOTHING;
    for (const { owner, bytes } of removed) {
      uses.set(owner, plus(uses.get(owner) ?? NOTHING, bytes));
      total = plus(total, bytes);
    }
    for (const [owner, { messages, bytes }] of uses) {
      this.#statements.discount.run(messages, bytes, owner);
      this.#statements.forgetOwner.run(owner);
    }
    return total;
  }
}

const plus = ({ messages, bytes }: MailboxUse, more: number): MailboxUse => ({
  messages: messages + 1,
  bytes: bytes + more,
});

/** Lists are read as arrays: an object for each row takes twice as long. */
function lists(statement: StatementSyncInstance): StatementSyncInstance {
  statement.setReturnArrays(true);
  return statement;
}

function prepare(db: DatabaseSyncInstance) {
  return {
    add: db.prepare(
      `INSERT INTO mails (owner, sender, recipient, id, at_ms, expires_ms, forced, readers, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    pend: db.prepare('INSERT INTO pending (owner, reader, position, bytes) VALUES (?, ?, ?, ?)'),
    unpend: db.prepare('DELETE FROM pending WHERE owner = ? AND reader = ? AND position = ?'),
    isPending: db.prepare('SELECT 1 FROM pending WHERE owner = ? AND reader = ? AND position = ?'),
    positions: lists(
      db.prepare('SELECT position FROM pending WHERE owner = ? AND reader = ? ORDER BY position LIMIT ?'),
    ),
    pending: lists(
      db.prepare(
        `SELECT position, bytes FROM pending CROSS JOIN mails USING (position)
           WHERE pending.owner = ? AND reader = ? AND position > ? AND position <= ? AND expires_ms > ?
           ORDER BY position LIMIT ?`,
      ),
    ),
    first: db.prepare(
      'SELECT min(position) AS position FROM pending WHERE owner = ? AND reader = ? AND position > ? AND position <= ?',
    ),
    head: db.prepare(
      'SELECT owner, sender, recipient, id, readers, length(body) AS bytes FROM mails WHERE position = ?',
    ),
    mail: db.prepare('SELECT id, sender, recipient, at_ms, expires_ms, forced, body FROM mails WHERE position = ?'),
    remove: db.prepare('DELETE FROM mails WHERE position = ?'),
    expired: lists(db.prepare('SELECT position FROM mails WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ?')),
    oldest: db.prepare('SELECT at_ms FROM mails ORDER BY position LIMIT 1'),
    last: db.prepare("SELECT max(seq) AS position FROM sqlite_sequence WHERE name = 'mails'"),
    accept: db.prepare(
      `INSERT INTO accepted (sender, recipient, id, forced, expires_ms, position, forget_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    accepted: db.prepare('SELECT forced, expires_ms FROM accepted WHERE sender = ? AND recipient = ? AND id = ?'),
    postpone: db.prepare(
      `UPDATE accepted SET forget_ms = iif(EXISTS (SELECT 1 FROM mails WHERE mails.position = accepted.position), NULL, 0)
         WHERE (sender, recipient, id) IN
           (SELECT sender, recipient, id FROM accepted WHERE forget_ms <= ? AND forget_ms > 0 ORDER BY forget_ms LIMIT ?)`,
    ),
    forgetGone: db.prepare('DELETE FROM accepted WHERE forget_ms = 0'),
    forget: db.prepare('DELETE FROM accepted WHERE sender = ? AND recipient = ? AND id = ? AND forget_ms IS NULL'),
    use: db.prepare('SELECT messages, bytes FROM owners WHERE owner = ?'),
    total: db.prepare('SELECT coalesce(sum(messages), 0) AS messages, coalesce(sum(bytes), 0) AS bytes FROM owners'),
    count: db.prepare(
      `INSERT INTO owners (owner, messages, bytes) VALUES (?, ?, ?) ON CONFLICT (owner) DO UPDATE SET
         messages = messages + excluded.messages, bytes = bytes + excluded.bytes`,
    ),
    discount: db.prepare('UPDATE owners SET messages = messages - ?, bytes = bytes - ? WHERE owner = ?'),
    forgetOwner: db.prepare('DELETE FROM owners WHERE owner = ? AND messages = 0'),
  };
}
