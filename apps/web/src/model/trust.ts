import type { Client, ErrorCode, KeyValueStore } from '@anypath/client';
import { signal } from '@preact/signals';
import { kept } from './browser-storage.ts';
import { codeOf } from './error-code.ts';
import { allRead, type KeyNotice, noticesOf, refusalOf, storedNotices, withNotices } from './key-notices.ts';

/** The number that two people compare, or why there is none now. */
export type SafetyNumber =
  | { readonly ok: true; readonly groups: readonly string[] }
  | { readonly ok: false; readonly code: ErrorCode };

/** Whose keys the others' are: what changed about them, and the number to compare. */
export class Trust {
  /** What there is to say about each person's keys, the latest last. */
  readonly notices = signal<ReadonlyMap<string, readonly KeyNotice[]>>(new Map());
  readonly #store: KeyValueStore;
  #wallet = '';
  #client: Client | undefined;
  #stops: (() => void)[] = [];

  /** @param store where what was not put away survives a reload: it is told once */
  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  open(wallet: string): void {
    if (wallet === this.#wallet) return;
    this.close();
    this.#wallet = wallet;
    this.notices.value = storedNotices(this.#store, this.#key);
  }

  close(): void {
    this.detach();
    this.#wallet = '';
    this.notices.value = new Map();
  }

  /** Follows a client from now on. */
  attach(client: Client): void {
    this.#client = client;
    this.#stops = [
      client.on('identity', (change) => this.#add(change.wallet, noticesOf(change))),
      client.on('refused', (refusal) => this.#add(refusal.wallet, refusalOf(refusal))),
    ];
  }

  detach(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#client = undefined;
  }

  /** Puts away what was said about somebody. */
  putAway(peer: string): void {
    this.#set(peer, allRead(this.notices.peek().get(peer) ?? []));
  }

  /** The number to compare with somebody; it changes with the devices of either. */
  async safetyNumber(peer: string): Promise<SafetyNumber> {
    if (!this.#client) return { ok: false, code: 'link_closed' };
    try {
      return { ok: true, groups: (await this.#client.safetyNumber(peer)).split(' ') };
    } catch (error) {
      return { ok: false, code: codeOf(error) };
    }
  }

  get #key(): string {
    return `anypath-web:notices:${this.#wallet}`;
  }

  #add(peer: string, more: readonly KeyNotice[]): void {
    const known = this.notices.peek().get(peer) ?? [];
    const after = withNotices(known, more);
    if (after !== known) this.#set(peer, after);
  }

  #set(peer: string, notices: readonly KeyNotice[]): void {
    this.notices.value = new Map(this.notices.peek()).set(peer, notices);
    kept(this.#store, this.#key, JSON.stringify(Object.fromEntries(this.notices.peek())));
  }
}
