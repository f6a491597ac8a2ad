import { AnypathError } from '@anypath/protocol';
import type { Collection, Filter } from 'mongodb';
import * as v from 'valibot';
import { KeyedQueue } from './keyed-queue.ts';
import { MailboxLedger } from './mailbox-ledger.ts';
import type { MailboxStore, MailboxUse, NewMail, Pulled, PullRange, Stored, WaitingMail } from './mailbox-port.ts';
import { MailboxTotal } from './mailbox-total.ts';
import type { MongoConnection } from './mongo-connection.ts';
import { type Added, MongoMailWriter } from './mongo-mail-writer.ts';
import {
  acceptedOf,
  changeEach,
  dueHeads,
  emptied,
  type Head,
  headsOf,
  type MailDocument,
  mailsIn,
  nameOf,
  onceOf,
  REMEMBERED_MS,
  type Remembered,
  rememberedOf,
  waitingMail,
} from './mongo-mails.ts';
import { removeGone } from './mongo-remains.ts';
import type { MailboxListeners } from './sqlite-mailbox.ts';
import { Turns } from './turns.ts';

/** Positions that are acknowledged, or messages that are removed, at a time. */
const SLICE = 200;
/** Messages that are fetched at a time: some of a pull may turn out to be too many bytes. */
const FETCHED = 32;
/** How often it is counted what waits altogether, milliseconds. */
const RECOUNT_EVERY_MS = 10_000;
/** Counting takes at most one part in so many of the time. */
const RECOUNT_SHARE = 50;

const Sum = v.object({ bytes: v.number() });
const SUM = { $group: { _id: null, bytes: { $sum: '$waiting.bytes' } } } as const;

/** Opens the mailbox in MongoDB. @param floor positions begin behind it */
export async function openMongoMailbox(
  connection: MongoConnection,
  floor: number,
  listeners: MailboxListeners,
): Promise<MailboxStore> {
  const mailbox = new MongoMailbox(connection, floor, listeners);
  try {
    await mailbox.recount();
    return mailbox;
  } catch (error) {
    await mailbox.close();
    throw error;
  }
}

/** The mailbox in MongoDB: a document for each message, and one for each copy, see `MailDocument`. */
class MongoMailbox implements MailboxStore {
  readonly #connection: MongoConnection;
  readonly #mails: Collection<MailDocument>;
  readonly #writer: MongoMailWriter;
  readonly #ledger = new MailboxLedger();
  readonly #total = new MailboxTotal();
  readonly #turns = new Turns();
  /** What is done one after the other for each mailbox: two acknowledgements of one message do not overlap here. */
  readonly #changes = new KeyedQueue();
  /** The time that `expire` was called with last: what is remembered is measured by it. */
  #nowMs = 0;
  #recounting: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(connection: MongoConnection, floor: number, { synced }: MailboxListeners) {
    this.#connection = connection;
    this.#mails = mailsIn(connection.db);
    this.#writer = new MongoMailWriter({
      connection,
      mails: this.#mails,
      ledger: this.#ledger,
      floor,
      count: (owner) => this.#count({ owner, 'waiting.bytes': { $gte: 0 } }),
      isRemembered: (known) => this.#isRemembered(known),
      added: (use) => this.#total.changed(use),
      synced: synced ?? (() => undefined),
    });
  }

  enqueue(mail: NewMail, quota: MailboxUse): Promise<Stored> {
    if (this.#isClosed) return Promise.reject(new AnypathError('store_unavailable'));
    return this.#turns.take([mail.to, mail.from], this.#enqueue(mail, quota));
  }

  accepted(from: string, to: string, id: string) {
    return this.#connection.run(async () => {
      const [known] = await rememberedOf(this.#mails, [onceOf('mail', { from, to, id })]);
      return known && this.#isRemembered(known) ? acceptedOf(known) : undefined;
    });
  }

  pull(owner: string, reader: string, { after, maxMessages, maxBytes, nowMs }: PullRange): Promise<Pulled> {
    return this.#connection.run(async () => {
      const filter = { owner, readers: reader, position: { $gt: after }, 'waiting.dueMs': { $gt: nowMs } };
      const options = { sort: { position: 1 }, limit: maxMessages + 1, batchSize: FETCHED } as const;
      const messages: WaitingMail[] = [];
      let total = 0;
      for await (const document of this.#mails.find(filter, options)) {
        const mail = waitingMail(document);
        total += mail.body.byteLength;
        const isTooMuch = messages.length === maxMessages || (messages.length > 0 && total > maxBytes);
        if (isTooMuch) return { messages, more: true };
        messages.push(mail);
      }
      return { messages, more: false };
    });
  }

  firstWaiting(owner: string, reader: string, after: number) {
    return this.#connection.run(async () => {
      const filter = { owner, readers: reader, position: { $gt: after } };
      const options = { projection: { position: 1 }, sort: { position: 1 }, limit: 1 } as const;
      const [first] = await this.#mails.find(filter, options).toArray();
      return first?.position;
    });
  }

  async acknowledge(owner: string, reader: string, positions: readonly number[]) {
    let acked = 0;
    for (let start = 0; start < positions.length; start += SLICE) {
      const slice = positions.slice(start, start + SLICE);
      acked += await this.#changes.run(owner, () => this.#connection.run(() => this.#release(owner, reader, slice)));
    }
    return acked;
  }

  async forget(owner: string, reader: string) {
    let forgotten = 0;
    for (;;) {
      const positions = await this.#connection.run(() => this.#positions(owner, reader));
      forgotten += await this.acknowledge(owner, reader, positions);
      if (positions.length < SLICE) return forgotten;
    }
  }

  async expire(nowMs: number, max: number) {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    return this.#connection.run(async () => {
      let expired = 0;
      while (expired < max && !this.#isClosed) {
        const heads = await dueHeads(this.#mails, nowMs, Math.min(SLICE, max - expired));
        // Every node does this: what another one was quicker with is that one's.
        expired += await this.#empty(heads, { 'waiting.dueMs': { $lte: nowMs } });
        if (heads.length < SLICE) break;
      }
      await removeGone(this.#mails, nowMs, () => this.#isClosed);
      return expired;
    });
  }

  use(owner: string) {
    return this.#connection.run(() => this.#count({ owner, 'waiting.bytes': { $gte: 0 } }));
  }

  total(): MailboxUse {
    return this.#total.use;
  }

  oldestAtMs() {
    return this.#connection.run(async () => {
      const options = { projection: { atMs: 1 }, sort: { 'waiting.sinceMs': 1 }, limit: 1 } as const;
      const [oldest] = await this.#mails.find({ 'waiting.sinceMs': { $gt: 0 } }, options).toArray();
      return oldest?.atMs;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#recounting);
    await this.#turns.settled();
    await this.#changes.settled();
  }

  /** Counts what waits altogether now, and from time to time from then on. */
  async recount(): Promise<void> {
    const startMs = performance.now();
    try {
      const count = () => this.#count({ 'waiting.sinceMs': { $gt: 0 } });
      await this.#connection.run(() => this.#total.recount(count));
    } finally {
      const tookMs = performance.now() - startMs;
      if (!this.#isClosed) this.#recountIn(Math.max(RECOUNT_EVERY_MS, tookMs * RECOUNT_SHARE));
    }
  }

  #recountIn(delayMs: number): void {
    // The log is told of what went wrong, and the last count holds.
    this.#recounting = setTimeout(() => void this.recount().catch(() => undefined), delayMs).unref();
  }

  async #enqueue(mail: NewMail, quota: MailboxUse): Promise<Stored> {
    const { to, readers, forced, expiresAtMs } = mail;
    const added = await this.#writer.add(to, { once: onceOf('mail', mail), mail, readers }, quota);
    const copy = await this.#addCopy(mail, quota);
    if ('known' in added) return added.known;
    const copyPosition = copy && 'position' in copy ? { copyPosition: copy.position } : {};
    return { forced, expiresAtMs, added: { position: added.position, ...copyPosition } };
  }

  /** After the message itself, so that a sender that repeats it makes up for a copy that is missing. */
  async #addCopy(mail: NewMail, quota: MailboxUse): Promise<Added | undefined> {
    if (mail.copyReaders.length === 0) return undefined;
    const copy = { once: onceOf('copy', mail), mail, readers: mail.copyReaders };
    try {
      return await this.#writer.add(mail.from, copy, quota);
    } catch (error) {
      if (error instanceof AnypathError && error.code === 'mailbox_full') return undefined;
      throw error;
    }
  }

  /** A device has these messages. @returns how many of them had waited for it */
  async #release(owner: string, reader: string, positions: readonly number[]): Promise<number> {
    const names = [...new Set(positions)].map((position) => nameOf(owner, position));
    const waiting = (await headsOf(this.#mails, names)).filter(({ readers }) => readers.includes(reader));
    // Readers only ever leave: where there is no other now, there will be none.
    const others = waiting.filter(({ readers }) => readers.length > 1);
    await this.#empty(waiting.filter(({ readers }) => readers.length === 1));
    if (others.length === 0) return waiting.length;
    const left = others.map(({ _id }) => _id);
    await changeEach(this.#mails, left, { $pull: { readers: reader } });
    // The others may have left at the same moment, by way of another node: whoever left last sees that.
    const after = await headsOf(this.#mails, left);
    await this.#empty(after.filter(({ readers, waiting: still }) => readers.length === 0 && still !== undefined));
    return waiting.length;
  }

  /** Nobody waits for these messages any more. @param where which of them still count @returns how many did */
  async #empty(heads: readonly Head[], where: Filter<MailDocument> = {}): Promise<number> {
    const names = heads.map(({ _id }) => _id);
    const emptiedHere = await changeEach(this.#mails, names, emptied(Date.now()), where);
    for (const { owner, waiting } of heads) {
      const use = { messages: -1, bytes: -(waiting?.bytes ?? 0) };
      this.#ledger.changed(owner, use);
      this.#total.changed(use);
    }
    return emptiedHere;
  }

  async #positions(owner: string, reader: string): Promise<number[]> {
    const options = { projection: { position: 1 }, sort: { position: 1 }, limit: SLICE } as const;
    const found = await this.#mails.find({ owner, readers: reader }, options).toArray();
    return found.map(({ position }) => position);
  }

  /** In two questions: FerretDB sums up one thing at a time. */
  async #count(filter: Filter<MailDocument>): Promise<MailboxUse> {
    const [messages, [sum]] = await Promise.all([
      this.#mails.countDocuments(filter),
      this.#mails.aggregate([{ $match: filter }, SUM]).toArray(),
    ]);
    return { messages, bytes: sum ? v.parse(Sum, sum).bytes : 0 };
  }

  #isRemembered({ waiting, atMs }: Remembered): boolean {
    return waiting !== undefined || atMs + REMEMBERED_MS > this.#nowMs;
  }
}
