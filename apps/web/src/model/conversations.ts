import type { Client, ContactUpdate, ErrorCode, KeyValueStore, Link, Path } from '@anypath/client';
import { signal } from '@preact/signals';
import { kept } from './browser-storage.ts';
import { codeOf } from './error-code.ts';
import { History } from './history.ts';
import {
  appended,
  type CallRecord,
  called,
  copied,
  delivered,
  emptyThread,
  failed,
  queued,
  read,
  received,
  type Thread,
  without,
} from './thread.ts';

type Stop = () => void;

/** Everybody's conversations with the signed-in person: what was said, and the links that carry it. */
export class Conversations {
  /** Wallets that are online. */
  readonly online = signal<readonly string[]>([]);
  /** Conversations by peer. */
  readonly threads = signal<ReadonlyMap<string, Thread>>(new Map());
  /** Open links by peer. */
  readonly links = signal<ReadonlyMap<string, Link>>(new Map());
  /** The path of each open link. */
  readonly paths = signal<ReadonlyMap<string, Path>>(new Map());
  /** Why the mailbox of a peer takes nothing for now; it is tried again until it does. */
  readonly held = signal<ReadonlyMap<string, ErrorCode>>(new Map());
  /** The peer whose conversation is on screen. */
  readonly selected = signal<string | undefined>(undefined);
  /** What was typed and not sent, by peer. */
  readonly drafts = new Map<string, string>();
  readonly #store: KeyValueStore;
  readonly #isVisible: () => boolean;
  #wallet = '';
  #history: History | undefined;
  #client: Client | undefined;
  #stops: Stop[] = [];

  /**
   * @param store where the tab keeps its conversations
   * @param isVisible whether the person can see the page now
   */
  constructor(store: KeyValueStore, isVisible: () => boolean) {
    this.#store = store;
    this.#isVisible = isVisible;
  }

  /** Shows a wallet's conversations; they are readable before there is a connection. */
  open(wallet: string): void {
    if (wallet === this.#wallet) return;
    this.close();
    this.#wallet = wallet;
    this.#history = new History(this.#store, wallet);
    this.threads.value = this.#history.load();
    this.selected.value = this.#store.getItem(this.#selectedKey) ?? undefined;
  }

  /** Forgets everything but what the tab's storage has. */
  close(): void {
    this.detach();
    this.#wallet = '';
    this.#history = undefined;
    this.threads.value = new Map();
    this.selected.value = undefined;
    this.drafts.clear();
  }

  /** Follows a client from now on. */
  attach(client: Client): void {
    const refresh = () => {
      this.online.value = client.online;
    };
    this.#client = client;
    this.#stops = [
      client.on('presence', ({ wallet, online }) => {
        refresh();
        if (online) this.#reopen(wallet);
      }),
      client.on('contact', (update) => this.#contactChanged(update)),
      client.on('online', refresh),
      client.on('link', (link) => this.#follow(link)),
      client.on('queued', (peer, id) => this.#change(peer, (thread) => queued(thread, id, false))),
    ];
    refresh();
    if (this.selected.value !== undefined) this.#follow(client.link(this.selected.value));
  }

  /** Stops following the client; the conversations stay. */
  detach(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#client = undefined;
    this.online.value = [];
    this.links.value = new Map();
    this.paths.value = new Map();
    this.held.value = new Map();
  }

  /** Puts a conversation on screen and opens its link. */
  select(peer: string): void {
    this.selected.value = peer;
    kept(this.#store, this.#selectedKey, peer);
    this.#change(peer, read);
    if (this.#client) this.#follow(this.#client.link(peer));
  }

  /** Goes back to the list. */
  deselect(): void {
    this.selected.value = undefined;
    this.#store.removeItem(this.#selectedKey);
  }

  /** Deletes a conversation. */
  forget(peer: string): void {
    if (this.selected.value === peer) this.deselect();
    this.#drop(peer);
    this.drafts.delete(peer);
    this.#history?.forget(peer);
    this.threads.value = withoutKey(this.threads.value, peer);
  }

  /** The page came into view: what is on screen is read now. */
  seen(): void {
    if (this.selected.value !== undefined) this.#change(this.selected.value, read);
  }

  /** Sends a message. Returns the code of what went wrong; nothing was sent then. */
  send(peer: string, body: string): ErrorCode | undefined {
    const link = this.links.value.get(peer);
    if (!link) return 'link_closed';
    const client = this.#client;
    try {
      const { id, delivered: fate } = link.send(body);
      this.#change(peer, (thread) => appended(thread, { id, body, at: Date.now(), mine: true, state: 'sending' }));
      fate.catch((error: unknown) => {
        // Where it is our own connection that was left, the next one sends what waits.
        if (client !== this.#client && codeOf(error) === 'link_closed') return;
        this.#change(peer, (thread) => failed(thread, id));
      });
      return undefined;
    } catch (error) {
      return codeOf(error);
    }
  }

  /** Sends a message that failed once more, as a new one at the end. */
  sendAgain(peer: string, id: string): ErrorCode | undefined {
    const entry = this.threads.value.get(peer)?.entries.find((candidate) => candidate.id === id);
    if (entry?.state !== 'failed') return undefined;
    const code = this.send(peer, entry.body);
    if (!code) this.#change(peer, (thread) => without(thread, id));
    return code;
  }

  /** Notes a call that has ended here. @param id the call's name @param at when it began, Unix milliseconds */
  called(peer: string, call: CallRecord, { id, at }: { readonly id: string; readonly at: number }): void {
    this.#change(peer, (thread) => called(thread, call, { id, at }, this.#isOnScreen(peer)));
  }

  get #selectedKey(): string {
    return `anypath-web:selected:${this.#wallet}`;
  }

  #follow(link: Link): void {
    const { peer } = link;
    if (this.links.value.get(peer) === link) return;
    this.links.value = new Map(this.links.value).set(peer, link);
    this.#setPath(peer, link.path);
    this.#stops.push(
      link.on('path', (path) => this.#setPath(peer, path)),
      link.on('queued', ({ id, forced }) => {
        this.#unhold(peer);
        this.#change(peer, (thread) => queued(thread, id, forced));
      }),
      link.on('delivered', ({ id }, how) => {
        this.#unhold(peer);
        this.#change(peer, (thread) => delivered(thread, id, how));
      }),
      link.on('held', ({ code }) => {
        this.held.value = new Map(this.held.value).set(peer, code);
      }),
      link.on('sent', (message) => this.#change(peer, (thread) => copied(thread, message))),
      // Written before the handler returns: the other side counts the message as delivered from then on.
      link.on('message', (message) =>
        this.#change(peer, (thread) => received(thread, message, this.#isOnScreen(peer))),
      ),
    );
  }

  /** The SDK closes the link to whom is no contact any more. */
  #contactChanged({ wallet, state }: ContactUpdate): void {
    if (state === 'none' || state === 'blocked') this.#drop(wallet);
    if (state === 'mutual') this.#reopen(wallet);
  }

  #drop(peer: string): void {
    this.links.value = withoutKey(this.links.value, peer);
    this.paths.value = withoutKey(this.paths.value, peer);
    this.#unhold(peer);
  }

  #unhold(peer: string): void {
    this.held.value = withoutKey(this.held.value, peer);
  }

  /** The conversation on screen has a link again where it can have one. */
  #reopen(peer: string): void {
    if (this.#client && this.selected.value === peer && !this.links.value.has(peer)) {
      this.#follow(this.#client.link(peer));
    }
  }

  #isOnScreen(peer: string): boolean {
    return this.selected.value === peer && this.#isVisible();
  }

  #setPath(peer: string, path: Path): void {
    this.paths.value = new Map(this.paths.value).set(peer, path);
  }

  #change(peer: string, change: (thread: Thread) => Thread): void {
    const before = this.threads.value.get(peer);
    const after = change(before ?? emptyThread(peer));
    if (after === before || (!before && after.entries.length === 0 && this.selected.value !== peer)) return;
    this.threads.value = new Map(this.threads.value).set(peer, after);
    this.#history?.save(after);
  }
}

function withoutKey<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const rest = new Map(map);
  return rest.delete(key) ? rest : map;
}
