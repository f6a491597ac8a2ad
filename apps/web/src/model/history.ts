import type { KeyValueStore } from '@anypath/client';
import { kept, parsedJson } from './browser-storage.ts';
import type { Thread } from './thread.ts';
import { threadFrom, threadText } from './thread-format.ts';

/** Characters of one thread; browsers give a tab about five million for everything. */
const THREAD_MAX_CHARACTERS = 500_000;

/** Keeps one wallet's conversations in the tab, so that a reload shows them again. */
export class History {
  readonly #store: KeyValueStore;
  readonly #wallet: string;
  readonly #peers: Set<string>;

  constructor(store: KeyValueStore, wallet: string) {
    this.#store = store;
    this.#wallet = wallet;
    const peers = parsedJson(store.getItem(this.#peersKey));
    this.#peers = new Set(Array.isArray(peers) ? peers.filter((peer) => typeof peer === 'string') : []);
  }

  /** All conversations; what was on its way still is, the SDK sends it after a reload. */
  load(): ReadonlyMap<string, Thread> {
    const threads = new Map<string, Thread>();
    for (const peer of this.#peers) {
      const thread = threadFrom(peer, this.#store.getItem(this.#threadKey(peer)));
      if (thread) threads.set(peer, thread);
    }
    return threads;
  }

  /** Writes one conversation, at once. Where it does not fit, its older half is left out until it does. */
  save(thread: Thread): void {
    if (this.#write(thread)) return this.#remember(thread.peer);
    if (thread.entries.length > 0) this.save({ ...thread, entries: newerHalf(thread.entries) });
  }

  /** Deletes one conversation. */
  forget(peer: string): void {
    this.#store.removeItem(this.#threadKey(peer));
    if (this.#peers.delete(peer)) this.#writePeers();
  }

  get #peersKey(): string {
    return `anypath-web:peers:${this.#wallet}`;
  }

  #threadKey(peer: string): string {
    return `anypath-web:thread:${this.#wallet}:${peer}`;
  }

  #remember(peer: string): void {
    if (this.#peers.has(peer)) return;
    this.#peers.add(peer);
    this.#writePeers();
  }

  #writePeers(): void {
    kept(this.#store, this.#peersKey, JSON.stringify([...this.#peers]));
  }

  #write(thread: Thread): boolean {
    const text = threadText(thread);
    return text.length <= THREAD_MAX_CHARACTERS && kept(this.#store, this.#threadKey(thread.peer), text);
  }
}

const newerHalf = <T>(items: readonly T[]): readonly T[] => items.slice(Math.ceil(items.length / 2));
