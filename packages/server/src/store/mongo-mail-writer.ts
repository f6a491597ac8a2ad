import { setTimeout as delay } from 'node:timers/promises';
import { AnypathError } from '@anypath/protocol';
import { type Collection, MongoBulkWriteError } from 'mongodb';
import type { MailboxLedger } from './mailbox-ledger.ts';
import type { Accepted, MailboxUse, NewMail } from './mailbox-port.ts';
import { ANSWER_WITHIN_MS, isDuplicate, type MongoConnection } from './mongo-connection.ts';
import {
  acceptedOf,
  documentOf,
  type MailDocument,
  newestPosition,
  type Remembered,
  rememberedOf,
} from './mongo-mails.ts';

/** A message, or a copy of one, that is to be added to a mailbox. */
export interface Addition {
  /** Its one name. */
  readonly once: string;
  readonly mail: NewMail;
  readonly readers: readonly string[];
}

/** Where it stands now, or how it was answered when it was added before. */
export type Added = { readonly position: number } | { readonly known: Accepted };

/** What a writer works with. */
export interface WriterParts {
  readonly connection: MongoConnection;
  readonly mails: Collection<MailDocument>;
  readonly ledger: MailboxLedger;
  /** Positions begin behind this one. */
  readonly floor: number;
  /** Counts what waits in a mailbox. */
  readonly count: (owner: string) => Promise<MailboxUse>;
  /** Whether a message counts as known still. */
  readonly isRemembered: (known: Remembered) => boolean;
  /** Told what was added. */
  readonly added: (use: MailboxUse) => void;
  /** Told how long each write took, milliseconds. */
  readonly synced: (ms: number) => void;
}

interface Entry extends Addition {
  readonly quota: MailboxUse;
  readonly bytes: number;
  readonly resolve: (added: Added) => void;
  readonly reject: (error: unknown) => void;
}

/** Messages and bytes that are written at a time: far below what a message of the protocol may have. */
const BATCH_MAX = 200;
const BATCH_MAX_BYTES = 8 * 1024 * 1024;
/** Bytes that may wait in memory for the database. */
const WAITING_MAX_BYTES = 64 * 1024 * 1024;
/** How long a batch is tried while others always are quicker, milliseconds. */
const CONTESTED_MS = 3_000;
/** The longest pause between two tries, milliseconds. */
const PAUSE_MAX_MS = 10;

/**
 * Adds messages to mailboxes that several processes write to at the same time, each under the next position of its mailbox.
 *
 * Positions are given out without a counter and without a lock. Whoever knows that a mailbox goes up to n writes n + 1, n + 2, … in this
 * order; where somebody else was quicker the name of the document is taken (`owner:position` is its `_id`), and the highest position is read
 * anew. So n + 1 is written only after n was there for the majority, and a reader that goes up from position to position can never pass one
 * that is filled later. What is left of a message holds its position for hours (`HELD_MS`), and the newest of a mailbox is never removed:
 * longer than a write can be on its way, and than a highest position is gone by here.
 *
 * There is one write at a time for each mailbox; what comes meanwhile goes together with the next.
 */
export class MongoMailWriter {
  readonly #parts: WriterParts;
  /** What waits for each mailbox that is written to. */
  readonly #lanes = new Map<string, Entry[]>();
  #waitingBytes = 0;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /**
   * Adds a message to a mailbox, once.
   *
   * @throws AnypathError `mailbox_full`; `store_unavailable`, after which it may have been added nevertheless
   */
  add(owner: string, addition: Addition, quota: MailboxUse): Promise<Added> {
    const bytes = addition.mail.body.byteLength;
    if (this.#waitingBytes + bytes > WAITING_MAX_BYTES) return Promise.reject(new AnypathError('store_unavailable'));
    return new Promise((resolve, reject) => {
      this.#waitingBytes += bytes;
      const entry = { ...addition, quota, bytes, resolve, reject };
      const lane = this.#lanes.get(owner);
      if (lane) lane.push(entry);
      else this.#open(owner, entry);
    });
  }

  #open(owner: string, first: Entry): void {
    const lane = [first];
    this.#lanes.set(owner, lane);
    // What is asked for in the same turn of the event loop goes together.
    setImmediate(() => void this.#work(owner, lane));
  }

  async #work(owner: string, lane: Entry[]): Promise<void> {
    while (lane.length > 0) {
      const batch = lane.splice(0, batchSize(lane));
      try {
        await this.#store(owner, batch);
      } catch (error) {
        this.#parts.ledger.forget(owner);
        const refusal = this.#parts.connection.refusal(error);
        // Those behind are refused too: they would overtake what its sender is about to repeat.
        for (const entry of lane.splice(0)) {
          this.#waitingBytes -= entry.bytes;
          entry.reject(refusal);
        }
        for (const entry of batch) entry.reject(refusal);
      }
      for (const { bytes } of batch) this.#waitingBytes -= bytes;
    }
    this.#lanes.delete(owner);
  }

  /** Answers every entry, or throws; those that are answered by then stay so. */
  async #store(owner: string, batch: readonly Entry[]): Promise<void> {
    const firsts = new Map<string, Entry>();
    const repeats: Entry[] = [];
    for (const entry of batch) {
      if (firsts.has(entry.once)) repeats.push(entry);
      else firsts.set(entry.once, entry);
    }
    await this.#insert(owner, await this.#admitted(owner, [...firsts.values()]));
    for (const entry of repeats) await this.#store(owner, [entry]);
  }

  /** Those that there is room for. Of the others, known ones are answered, and new ones refused. */
  async #admitted(owner: string, entries: readonly Entry[]): Promise<Entry[]> {
    const { ledger, count } = this.#parts;
    const quota = entries[0]?.quota ?? { messages: 0, bytes: 0 };
    const use = await ledger.useOf(owner, quota, () => count(owner));
    if (fitting(use, entries).length === entries.length) return [...entries];
    const known = await this.#known(entries);
    const unknown = entries.filter((entry) => !answered(entry, known));
    const fit = fitting(use, unknown);
    for (const entry of unknown) if (!fit.includes(entry)) entry.reject(new AnypathError('mailbox_full'));
    return fit;
  }

  async #insert(owner: string, entries: readonly Entry[]): Promise<void> {
    const { mails, ledger, floor } = this.#parts;
    let left = entries;
    let untilMs = performance.now() + CONTESTED_MS;
    while (left.length > 0) {
      const last = await ledger.lastOf(owner, async () => Math.max(floor, await newestPosition(mails, owner)));
      const inserted = await this.#insertBehind(owner, last, left);
      const [refused, ...others] = left.slice(inserted);
      left = left.slice(inserted);
      if (!refused) return;
      ledger.overtaken(owner);
      if (inserted > 0) untilMs = performance.now() + CONTESTED_MS;
      else if (performance.now() > untilMs) throw new AnypathError('store_unavailable', 'others always are quicker');
      if (answered(refused, await this.#known([refused]))) left = others;
      else await delay(Math.random() * PAUSE_MAX_MS);
    }
  }

  /** Adds the first of these, as many as it can: up to one that is known, or whose position is taken. @returns how many */
  async #insertBehind(owner: string, last: number, entries: readonly Entry[]): Promise<number> {
    const { mails, ledger, added, synced } = this.#parts;
    const documents = entries.map((entry, index) => documentOf(owner, last + 1 + index, entry));
    const startMs = performance.now();
    const inserted = await mails.insertMany(documents, { ordered: true, maxTimeMS: ANSWER_WITHIN_MS }).then(
      ({ insertedCount }) => insertedCount,
      (error: unknown) => insertedBefore(error),
    );
    synced(performance.now() - startMs);
    const use = useOf(entries.slice(0, inserted));
    ledger.added(owner, last + inserted, use);
    added(use);
    for (const [index, entry] of entries.slice(0, inserted).entries()) entry.resolve({ position: last + 1 + index });
    return inserted;
  }

  /** What is known of messages, by name. A memory that is over is removed, so that the message can be added anew. */
  async #known(entries: readonly Entry[]): Promise<Map<string, Remembered>> {
    const { mails, isRemembered } = this.#parts;
    const found = await rememberedOf(
      mails,
      entries.map(({ once }) => once),
    );
    const over = found.filter((known) => !isRemembered(known)).map(({ _id }) => _id);
    if (over.length > 0) await mails.updateMany({ _id: { $in: over } }, { $unset: { once: '' } });
    return new Map(found.filter(isRemembered).map((known) => [known.once, known]));
  }
}

/** How many of a lane go together. */
function batchSize(lane: readonly Entry[]): number {
  let bytes = 0;
  const end = lane.findIndex((entry, index) => {
    bytes += entry.bytes;
    return index === BATCH_MAX || (index > 0 && bytes > BATCH_MAX_BYTES);
  });
  return end === -1 ? lane.length : end;
}

/** Those for which there is room, one after the other. */
function fitting(use: MailboxUse, entries: readonly Entry[]): Entry[] {
  let { messages, bytes } = use;
  return entries.filter((entry) => {
    if (messages + 1 > entry.quota.messages || bytes + entry.bytes > entry.quota.bytes) return false;
    messages++;
    bytes += entry.bytes;
    return true;
  });
}

/** Answers a message that is known. @returns whether it is */
function answered(entry: Entry, known: ReadonlyMap<string, Remembered>): boolean {
  const found = known.get(entry.once);
  if (found) entry.resolve({ known: acceptedOf(found) });
  return found !== undefined;
}

/** How many documents were inserted before one that is there already. @throws the error where that is not what happened */
function insertedBefore(error: unknown): number {
  // Where the majority has not heard of those before it either, nothing is certain.
  const isCertain = error instanceof MongoBulkWriteError && error.result.getWriteConcernError() === undefined;
  if (!isCertain || !isDuplicate(error)) throw error;
  return error.insertedCount;
}

const useOf = (entries: readonly Entry[]): MailboxUse => ({
  messages: entries.length,
  bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
});
