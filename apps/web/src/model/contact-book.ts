import type { Client, ContactState, ContactUpdate, ErrorCode, KeyValueStore } from '@anypath/client';
import { signal } from '@preact/signals';
import { kept, parsedJson } from './browser-storage.ts';
import { codeOf } from './error-code.ts';

/** How somebody stands to us; `former`: was a contact, and is none any more. */
export type Standing = ContactState | 'former';

/** What came of a change. */
export type Outcome =
  | { readonly ok: true; readonly state: ContactUpdate['state'] }
  | { readonly ok: false; readonly code: ErrorCode };

/** Pause before the list is asked for again where it could not be had, milliseconds. */
const ASK_AGAIN_MS = 5_000;

/** The contacts of the signed-in person, as the server tells them. */
export class ContactBook {
  /** How others stand to us, by wallet. */
  readonly states = signal<ReadonlyMap<string, ContactState>>(new Map());
  /** Whether the list has been had from the server. */
  readonly isKnown = signal(false);
  /** The latest change. */
  readonly news = signal<ContactUpdate | undefined>(undefined);
  readonly #store: KeyValueStore;
  readonly #onParted: (wallet: string) => void;
  /** Who has been a contact; the tab remembers it, because the server does not tell who was. */
  readonly #met = signal<ReadonlySet<string>>(new Set());
  #wallet = '';
  #client: Client | undefined;
  #stops: (() => void)[] = [];
  /** Changes that came while the list was asked for; the answer may or may not know them. */
  #meanwhile: ContactUpdate[] | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param store where the tab remembers who was a contact
   * @param onParted told of each wallet that the person removed or blocked here
   */
  constructor(store: KeyValueStore, onParted: (wallet: string) => void) {
    this.#store = store;
    this.#onParted = onParted;
  }

  /** Takes up what the tab remembers of a wallet's contacts. */
  open(wallet: string): void {
    if (wallet === this.#wallet) return;
    this.close();
    this.#wallet = wallet;
    const met = parsedJson(this.#store.getItem(this.#key));
    this.#met.value = new Set(Array.isArray(met) ? met.filter((one) => typeof one === 'string') : []);
  }

  /** Forgets everything but what the tab's storage has. */
  close(): void {
    this.detach();
    this.#wallet = '';
    this.#met.value = new Set();
    this.states.value = new Map();
    this.isKnown.value = false;
  }

  /** Follows a client from now on. */
  attach(client: Client): void {
    this.#client = client;
    this.#stops = [
      client.on('contact', (update) => this.#changed(update)),
      client.on('online', (online) => {
        if (online) void this.#refresh();
      }),
    ];
    void this.#refresh();
  }

  /** Stops following the client; what is known stays. */
  detach(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#timer);
    this.#stops = [];
    this.#client = undefined;
    this.#meanwhile = undefined;
    this.news.value = undefined;
  }

  /** How somebody stands to us; `undefined` where nothing is known, as with strangers. */
  standingOf(wallet: string): Standing | undefined {
    return this.states.value.get(wallet) ?? (this.isKnown.value && this.#met.value.has(wallet) ? 'former' : undefined);
  }

  /** Changes how somebody stands to us. */
  async change(action: 'ask' | 'accept' | 'remove' | 'block', wallet: string): Promise<Outcome> {
    if (!this.#client) return { ok: false, code: 'link_closed' };
    try {
      const { state } = await this.#client.contacts[action](wallet);
      return { ok: true, state };
    } catch (error) {
      return { ok: false, code: codeOf(error) };
    }
  }

  /** Removes or blocks somebody, and forgets here that they were a contact. */
  async part(action: 'remove' | 'block', wallet: string): Promise<Outcome> {
    const outcome = await this.change(action, wallet);
    if (!outcome.ok) return outcome;
    this.#remember([...this.#met.peek()].filter((one) => one !== wallet));
    this.#onParted(wallet);
    return outcome;
  }

  get #key(): string {
    return `anypath-web:contacts:${this.#wallet}`;
  }

  async #refresh(): Promise<void> {
    clearTimeout(this.#timer);
    const client = this.#client;
    const meanwhile: ContactUpdate[] = [];
    this.#meanwhile = meanwhile;
    const contacts = await client?.contacts.list().catch(() => undefined);
    // Asked again since, or gone.
    if (this.#meanwhile !== meanwhile) return;
    this.#meanwhile = undefined;
    if (!contacts) {
      this.#timer = setTimeout(() => void this.#refresh(), ASK_AGAIN_MS);
      return;
    }
    this.#show(meanwhile.reduce(applied, new Map(contacts.map(({ wallet, state }) => [wallet, state]))));
    this.isKnown.value = true;
  }

  #changed(update: ContactUpdate): void {
    this.#meanwhile?.push(update);
    this.#show(applied(this.states.peek(), update));
    this.news.value = update;
  }

  #show(states: ReadonlyMap<string, ContactState>): void {
    const met = this.#met.peek();
    const news = [...states].flatMap(([wallet, state]) => (state === 'mutual' && !met.has(wallet) ? [wallet] : []));
    if (news.length > 0) this.#remember([...met, ...news]);
    this.states.value = states;
  }

  #remember(wallets: readonly string[]): void {
    this.#met.value = new Set(wallets);
    kept(this.#store, this.#key, JSON.stringify(wallets));
  }
}

function applied(states: ReadonlyMap<string, ContactState>, { wallet, state }: ContactUpdate) {
  const after = new Map(states);
  if (state === 'none') after.delete(wallet);
  else after.set(wallet, state);
  return after;
}
