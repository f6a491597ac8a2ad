import {
  AnypathError,
  type Contact,
  type ContactAction,
  type ContactUpdate,
  convIdOf,
  LIMITS,
} from '@anypath/protocol';
import { Believed } from '../believed.ts';
import { after, type Maybe } from '../maybe.ts';
import type { PairChange, Store } from '../store/port.ts';
import { across, contactFor, type Side, sideOf, stateFor, step } from './pair.ts';

/** How long it is believed whether two wallets are mutual. */
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

type ContactsStore = Pick<
  Store,
  'version' | 'contactPair' | 'changeContact' | 'contactsOf' | 'countContacts' | 'mutualContactsOf'
>;

/** Who may talk to whom. */
export class Contacts {
  readonly #store: ContactsStore;
  readonly #max: number;
  readonly #nowMs: () => number;
  readonly #mutual: Believed<boolean>;
  readonly #listeners = new Set<(change: ContactChange) => void>();

  constructor(store: ContactsStore, { max = LIMITS.contactsMax, nowMs = Date.now }: ContactsOptions = {}) {
    this.#store = store;
    this.#mutual = new Believed(REMEMBERED_PAIRS, BELIEVED_MS, store.version);
    this.#max = max;
    this.#nowMs = nowMs;
  }

  /** Whether two wallets are mutual contacts. A wallet is none of its own. Cheap enough for every signal. */
  areMutual(one: string, other: string): Maybe<boolean> {
    return this.#mutual.of(convIdOf(one, other), () => {
      return after(this.#store.contactPair(one, other), ({ a }) => a.state === 'mutual');
    });
  }

  /** Another node has changed how two wallets stand to each other. */
  changedElsewhere(one: string, other: string): void {
    this.#mutual.forget(convIdOf(one, other));
  }

  /** The mutual contacts of a wallet, in no particular order. */
  mutualOf(wallet: string): Maybe<readonly string[]> {
    return this.#store.mutualContactsOf(wallet);
  }

  /** Everything that a wallet sees in its contacts, sorted by wallet. */
  async list(wallet: string): Promise<readonly Contact[]> {
    const pairs = await this.#store.contactsOf(wallet);
    return pairs
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
  async change(wallet: string, action: ContactAction, peer: string): Promise<ContactUpdate> {
    if (wallet === peer) throw new AnypathError('invalid_payload', 'wallet: a wallet is no contact of its own');
    const mine = sideOf(wallet, peer);
    const theirs = across(mine);
    const adds = action === 'ask' || action === 'block';
    // Requests of others do not count here: nobody can fill the list of another.
    const isFull = adds && (await this.#store.countContacts(wallet)).own >= this.#max;
    const hears = action !== 'ask' || (await this.#hearsRequests(peer));
    const nowMs = this.#nowMs();
    const changed = await this.#store.changeContact(wallet, peer, (pair) => {
      const seen = stateFor(pair, mine);
      if (action === 'accept' && seen !== 'asking') throw new AnypathError('not_asking');
      if (isFull && seen === 'none') throw new AnypathError('contacts_full');
      const next = step(pair, mine, action, nowMs);
      const isNewRequest = stateFor(pair, theirs) === 'none' && stateFor(next, theirs) === 'asking';
      return isNewRequest && !hears ? step(next, theirs, 'remove', nowMs) : next;
    });
    this.#mutual.forget(convIdOf(wallet, peer));
    this.#tell(wallet, peer, mine, changed);
    this.#tell(peer, wallet, theirs, changed);
    return { wallet: peer, state: stateFor(changed.after, mine) };
  }

  /** Calls a listener for each side whose view has changed, the one who acted first. Changes by other processes are not told. */
  onChange(listener: (change: ContactChange) => void): void {
    this.#listeners.add(listener);
  }

  /** Requests to a wallet whose list is full go unheard, which those who ask cannot tell from no answer. */
  async #hearsRequests(wallet: string): Promise<boolean> {
    const { own, asking } = await this.#store.countContacts(wallet);
    return own + asking < this.#max;
  }

  #tell(wallet: string, peer: string, side: Side, changed: PairChange): void {
    const state = stateFor(changed.after, side);
    if (state === stateFor(changed.before, side)) return;
    for (const listener of this.#listeners) listener({ wallet, update: { wallet: peer, state } });
  }
}
