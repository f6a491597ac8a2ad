import {
  AnypathError,
  type Contact,
  type ContactAction,
  type ContactUpdate,
  convIdOf,
  LIMITS,
} from '@anypath/protocol';
import { LRUCache } from 'lru-cache';
import type { Store } from '../store/port.ts';
import { across, contactFor, type Pair, type Side, sideOf, stateFor, step } from './pair.ts';

/** How long it is believed whether two wallets are mutual. A change by another process is seen after this time at the latest. */
const BELIEVED_MS = 500;

/** Pairs that are remembered; each takes about 200 bytes. Those beyond are read from the store each time. */
const REMEMBERED_PAIRS = 32_768;

/** A wallet whose view of another has changed. */
export interface ContactChange {
  readonly wallet: string;
  /** What it sees from now on; `wallet` in it is the other one. */
  readonly update: ContactUpdate;
}

/** What may differ from how the server runs. */
export interface ContactsOptions {
  /** Contacts that a wallet may have. */
  readonly max?: number;
  /** The clock, Unix time in milliseconds. */
  readonly nowMs?: () => number;
}

type ContactsStore = Pick<Store, 'contactPair' | 'changeContact' | 'contactsOf' | 'countContacts' | 'mutualContactsOf'>;

/** Who may talk to whom. */
export class Contacts {
  readonly #store: ContactsStore;
  readonly #max: number;
  readonly #nowMs: () => number;
  readonly #mutual: LRUCache<string, boolean>;
  readonly #listeners = new Set<(change: ContactChange) => void>();

  constructor(store: ContactsStore, { max = LIMITS.contactsMax, nowMs = Date.now }: ContactsOptions = {}) {
    this.#store = store;
    this.#max = max;
    this.#nowMs = nowMs;
    // The clock is looked up at each call: the library would keep the real one where a test has replaced it.
    this.#mutual = new LRUCache({ max: REMEMBERED_PAIRS, ttl: BELIEVED_MS, perf: { now: () => performance.now() } });
  }

  /** Whether two wallets are mutual contacts. A wallet is none of its own. Cheap enough for every signal. */
  areMutual(one: string, other: string): boolean {
    const key = convIdOf(one, other);
    const known = this.#mutual.get(key);
    if (known !== undefined) return known;
    const mutual = this.#store.contactPair(one, other).a.state === 'mutual';
    this.#mutual.set(key, mutual);
    return mutual;
  }

  /** The mutual contacts of a wallet, in no particular order. */
  mutualOf(wallet: string): readonly string[] {
    return this.#store.mutualContactsOf(wallet);
  }

  /** Everything that a wallet sees in its contacts, sorted by wallet. */
  list(wallet: string): readonly Contact[] {
    return this.#store
      .contactsOf(wallet)
      .flatMap(({ peer, pair }) => {
        const contact = contactFor(pair, sideOf(wallet, peer));
        return contact ? [{ wallet: peer, ...contact }] : [];
      })
      .sort((one, other) => (one.wallet < other.wallet ? -1 : 1));
  }

  /**
   * Does what a wallet wants with another, and tells the listeners.
   *
   * @returns what the wallet sees of the other from now on
   * @throws AnypathError `invalid_payload` where the two are one; `not_asking` where `accept` has nothing to accept;
   *   `contacts_full` where `ask` or `block` would add one too many
   */
  change(wallet: string, action: ContactAction, peer: string): ContactUpdate {
    if (wallet === peer) throw new AnypathError('invalid_payload', 'wallet: a wallet is no contact of its own');
    const mine = sideOf(wallet, peer);
    const theirs = across(mine);
    const adds = action === 'ask' || action === 'block';
    // Requests of others do not count here: nobody can fill the list of another.
    const isFull = adds && this.#store.countContacts(wallet).own >= this.#max;
    const hears = action !== 'ask' || this.#hearsRequests(peer);
    const nowMs = this.#nowMs();
    const { before, after } = this.#store.changeContact(wallet, peer, (pair) => {
      const seen = stateFor(pair, mine);
      if (action === 'accept' && seen !== 'asking') throw new AnypathError('not_asking');
      if (isFull && seen === 'none') throw new AnypathError('contacts_full');
      const next = step(pair, mine, action, nowMs);
      const isNewRequest = stateFor(pair, theirs) === 'none' && stateFor(next, theirs) === 'asking';
      return isNewRequest && !hears ? step(next, theirs, 'remove', nowMs) : next;
    });
    this.#mutual.delete(convIdOf(wallet, peer));
    this.#tell(wallet, peer, mine, before, after);
    this.#tell(peer, wallet, theirs, before, after);
    return { wallet: peer, state: stateFor(after, mine) };
  }

  /** Calls a listener for each side whose view has changed, the one who acted first. Changes by other processes are not told. */
  onChange(listener: (change: ContactChange) => void): void {
    this.#listeners.add(listener);
  }

  /** Requests to a wallet whose list is full go unheard, which those who ask cannot tell from no answer. */
  #hearsRequests(wallet: string): boolean {
    const { own, asking } = this.#store.countContacts(wallet);
    return own + asking < this.#max;
  }

  #tell(wallet: string, peer: string, side: Side, before: Pair, after: Pair): void {
    const state = stateFor(after, side);
    if (state === stateFor(before, side)) return;
    for (const listener of this.#listeners) listener({ wallet, update: { wallet: peer, state } });
  }
}
