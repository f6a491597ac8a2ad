import * as v from 'valibot';
import { type Cursor, hasReceived, type Incoming } from '../link/inbox.ts';
import type { Unsent } from '../link/outbox.ts';
import type { KeyValueStore } from '../storage.ts';
import type { Company } from './company.ts';
import type { DurableStore } from './durable-store.ts';
import type { BrowserStore } from './indexed-db.ts';
import { Journal } from './journal.ts';
import { StoredCursor } from './stored-cursor.ts';

const Marks = v.array(v.string());

/** Streams of one other wallet that are remembered, the latest; each page load over there begins one. */
const STREAMS_MAX = 256;

/** A message, or a part, that was not acknowledged when its page went away. */
export interface Leftover {
  readonly key: string;
  readonly peer: string;
  readonly epoch: string;
  /** The tab that sent it. */
  readonly tab: string;
  readonly entry: Unsent & { readonly seq: number };
}

/** A message, or a part, that was received and perhaps not handed over when its page went away. */
export interface Unread {
  readonly key: string;
  readonly peer: string;
  readonly tab: string;
  readonly own: boolean;
  readonly message: Incoming;
}

/** Where it is kept. */
interface Stores {
  readonly durable: DurableStore;
  /** Written at once, while the durable store takes a moment. */
  readonly marks: KeyValueStore;
  /** Finds out which other pages use the durable store for a wallet; absent where nobody can tell. */
  readonly company?: BrowserStore['company'] | undefined;
}

/** By wallet and stream. */
type Received = Map<string, Map<string, Cursor>>;

/** No wallet has a `:`, and a number in it sorts as it counts. */
const keyOf = (...parts: readonly (string | number)[]): string =>
  parts.map((part) => (typeof part === 'number' ? String(part).padStart(12, '0') : part)).join(':');

/**
 * What one device of one wallet remembers of its links: how far it has received, what was received and not yet handed to the
 * application, and what was sent and not yet acknowledged. All tabs of a browser share it.
 */
export class LinkMemory {
  readonly #store: DurableStore;
  readonly #journal: Journal;
  readonly #marks: KeyValueStore;
  readonly #wallet: string;
  readonly #tab: string;
  readonly #shown = new Set<string>();
  readonly #company: Company | undefined;
  /** How far each stream was received. */
  #cursors: Promise<Received> | undefined;
  /** The same, once it was read. */
  #known: Received | undefined;

  /**
   * @param tab names this page
   * @param failed told where something could not be stored
   */
  constructor(
    { durable, marks, company }: Stores,
    { wallet, tab }: { wallet: string; tab: string },
    failed: (error: unknown) => void,
  ) {
    this.#store = durable;
    this.#marks = marks;
    this.#wallet = wallet;
    this.#tab = tab;
    this.#journal = new Journal(durable, failed);
    this.#company = company?.(wallet, marks, () => this.#written());
    this.#received().catch(failed);
  }

  /** How far each stream of another wallet was received; those that came last. */
  async cursors(peer: string): Promise<readonly Cursor[]> {
    return [...((await this.#received()).get(peer)?.values() ?? [])];
  }

  /** Read once for all, when the first link or the first message may still be far: reading takes a browser a while. */
  #received(): Promise<Received> {
    this.#cursors ??= this.#readCursors();
    return this.#cursors;
  }

  async #readCursors(): Promise<Received> {
    // Another page may have to write first what it alone knows.
    await this.#company?.ready;
    const byPeer: Received = new Map();
    // Streams are named by ULIDs: their keys sort by peer, and by age.
    for (const [key, value] of await this.#store.list(keyOf('in', this.#wallet, ''))) {
      const peer = key.split(':')[2] ?? '';
      const { success, output } = v.safeParse(StoredCursor, value);
      const streams = byPeer.get(peer) ?? new Map<string, Cursor>();
      byPeer.set(peer, streams);
      if (success) streams.set(output.epoch, output);
      const [oldest] = streams.keys();
      if (streams.size <= STREAMS_MAX || oldest === undefined) continue;
      streams.delete(oldest);
      this.#journal.remove(keyOf('in', this.#wallet, peer, oldest));
    }
    for (const [key, cursor] of this.#company?.marks.left() ?? []) this.#keep(byPeer, key.split(':')[2] ?? '', cursor);
    this.#known = byPeer;
    return byPeer;
  }

  /** Takes note of how far a stream was received, where that is further: by a mark at once, in the store in a moment. */
  #keep(received: Received, peer: string, cursor: Cursor): void {
    const { marks } = this.#company ?? {};
    const streams = received.get(peer) ?? new Map<string, Cursor>();
    if (!marks?.isFurther(cursor, streams.get(cursor.epoch))) return;
    received.set(peer, streams.set(cursor.epoch, cursor));
    const key = this.#cursorKey(peer, cursor);
    marks.put(key, cursor);
    this.#journal.put(key, cursor);
    void this.#journal.settled().then(() => marks.stored(key, cursor));
  }

  /**
   * Remembers how far a stream was received, without waiting for the store, where no other page may get the same. What is to be handed
   * over is handed over in the same turn of the event loop.
   *
   * @returns what was not received before; `undefined` where it is to be committed
   */
  take(peer: string, cursor: Cursor, messages: readonly Incoming[]): readonly Incoming[] | undefined {
    // A part that is acknowledged has to be stored until the others are there.
    if (!this.#company?.isAlone || !this.#known || messages.some(({ header }) => header.part)) return undefined;
    const before = this.#known.get(peer)?.get(cursor.epoch);
    this.#keep(this.#known, peer, cursor);
    return before ? messages.filter(({ header }) => !hasReceived(before, header.seq)) : messages;
  }

  /**
   * Remembers how far a stream was received, with what of it is to be handed over.
   *
   * @returns what nobody has received before, in another tab either
   */
  async commit(
    peer: string,
    cursor: Cursor,
    messages: readonly Incoming[],
    own: boolean,
  ): Promise<readonly Incoming[]> {
    const received = await this.#received();
    received.set(peer, (received.get(peer) ?? new Map<string, Cursor>()).set(cursor.epoch, cursor));
    const key = this.#cursorKey(peer, cursor);
    // What waits to be written is older, and must not come after this.
    if (this.#journal.has(key)) await this.#written();
    return this.#store.update([key], ([value]) => {
      const { success, output } = v.safeParse(StoredCursor, value);
      const fresh = success ? messages.filter(({ header }) => !hasReceived(output, header.seq)) : messages;
      // Another tab may be further.
      const furthest = success && output.through > cursor.through ? output : cursor;
      const unread = fresh.map((message) => {
        return [this.#unreadKey(peer, message), { peer, tab: this.#tab, own, message }] as const;
      });
      return { writes: [[key, furthest] as const, ...unread], result: fresh };
    });
  }

  /** Called right before a message is handed over, with all its parts. */
  handOver(peer: string, parts: readonly Incoming[]): void {
    const keys = parts.map((part) => this.#unreadKey(peer, part));
    for (const key of keys) this.#shown.add(key);
    this.#mark();
    for (const key of keys) this.#journal.remove(key);
    void this.#journal.settled().then(() => {
      for (const key of keys) this.#shown.delete(key);
      this.#mark();
    });
  }

  /** Keeps what is about to be sent. */
  sending(peer: string, epoch: string, entry: Unsent & { readonly seq: number }): void {
    const { seq, id, body, text, at, part, missed } = entry;
    const key = keyOf('out', this.#wallet, peer, epoch, seq);
    const kept = { seq, id, body, text, at, ...(part && { part }), ...(missed && { missed }) };
    this.#journal.put(key, { peer, epoch, tab: this.#tab, entry: kept });
  }

  /** Somebody else keeps it now: the other side, or the mailbox. */
  sent(peer: string, epoch: string, seq: number): void {
    this.#journal.remove(keyOf('out', this.#wallet, peer, epoch, seq));
  }

  /** What pages that are gone did not get through, in the order in which it was sent. */
  async leftovers(isGone: (tab: string) => boolean): Promise<Leftover[]> {
    const rows = await this.#store.list(keyOf('out', this.#wallet, ''));
    return rows.map(([key, value]) => ({ ...(value as Omit<Leftover, 'key'>), key })).filter(({ tab }) => isGone(tab));
  }

  /** What pages that are gone received and did not hand over. */
  async unread(isGone: (tab: string) => boolean): Promise<Unread[]> {
    const rows = await this.#store.list(keyOf('unread', this.#wallet, ''));
    const gone = rows
      .map(([key, value]) => ({ ...(value as Omit<Unread, 'key'>), key }))
      .filter(({ tab }) => isGone(tab));
    const shown = new Set(gone.flatMap(({ tab }) => this.#marksOf(tab)));
    for (const tab of new Set(gone.map((row) => row.tab))) this.#marks.removeItem(this.#markKey(tab));
    for (const { key } of gone) if (shown.has(key)) this.#journal.remove(key);
    return gone.filter(({ key }) => !shown.has(key));
  }

  /** Forgets what was kept under a key. */
  forget(key: string): void {
    this.#journal.remove(key);
  }

  /** Begins to store what waits: the page may be about to go. */
  hurry(): void {
    this.#journal.hurry();
  }

  /** The same, for good: other pages need not ask this one any more. */
  close(): void {
    this.#journal.hurry();
    this.#company?.close();
  }

  #written(): Promise<void> {
    this.#journal.hurry();
    return this.#journal.settled();
  }

  /** Resolves when everything is stored that was to be kept or forgotten so far. */
  settled(): Promise<void> {
    return this.#journal.settled();
  }

  #cursorKey(peer: string, { epoch }: Cursor): string {
    return keyOf('in', this.#wallet, peer, epoch);
  }

  #unreadKey(peer: string, { header }: Incoming): string {
    return keyOf('unread', this.#wallet, peer, header.epoch, header.seq);
  }

  #markKey(tab: string): string {
    return `anypath:shown:${this.#wallet}:${tab}`;
  }

  #mark(): void {
    if (this.#shown.size === 0) this.#marks.removeItem(this.#markKey(this.#tab));
    else this.#marks.setItem(this.#markKey(this.#tab), JSON.stringify([...this.#shown]));
  }

  #marksOf(tab: string): string[] {
    try {
      const { success, output } = v.safeParse(Marks, JSON.parse(this.#marks.getItem(this.#markKey(tab)) ?? ''));
      return success ? output : [];
    } catch {
      return [];
    }
  }
}
