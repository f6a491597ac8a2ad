import { type AnypathError, type Client, connect, type ErrorCode, type KeyValueStore } from '@anypath/client';
import { signal } from '@preact/signals';
import { kept } from './browser-storage.ts';
import type { Conversations } from './conversations.ts';
import { codeOf } from './error-code.ts';
import { type Network, rtcOf } from './network.ts';
import { forgetSession, type Session, storedSession, storeSession } from './session.ts';
import { signIn } from './sign-in.ts';

/** Where the person stands. */
export type Phase =
  | { readonly name: 'signed-out'; readonly code?: ErrorCode }
  | { readonly name: 'connecting'; readonly session: Session }
  | { readonly name: 'connected'; readonly session: Session; readonly client: Client }
  | { readonly name: 'stopped'; readonly session: Session; readonly code: ErrorCode };

const NETWORK_KEY = 'anypath-web:network';
export const storedNetwork = (store: KeyValueStore): string | null => store.getItem(NETWORK_KEY);

/** The sign-in of this tab and its connection to the server. */
export class Account {
  readonly phase = signal<Phase>({ name: 'signed-out' });
  /** Whether the connection to the server stands; it comes back by itself while the phase is `connected`. */
  readonly isOnline = signal(false);
  readonly network;
  readonly #store: KeyValueStore;
  readonly #conversations: Conversations;
  /** Counts connections, so that one that comes up late does not replace a newer one. */
  #attempt = 0;

  constructor(store: KeyValueStore, conversations: Conversations, network: Network) {
    this.#store = store;
    this.#conversations = conversations;
    this.network = signal(network);
  }

  /** Takes up the session that the tab had before a reload. */
  resume(): void {
    const session = storedSession(this.#store, Date.now());
    if (session) void this.#connect(session);
  }

  /** Signs in. Returns the code of what went wrong, or `undefined`. */
  async signIn(name: string): Promise<string | undefined> {
    const result = await signIn(name);
    if (!result.ok) return result.code;
    storeSession(this.#store, result.session);
    void this.#connect(result.session);
    return undefined;
  }

  /** Signs out, or is signed out by the server for a reason. */
  signOut(code?: ErrorCode): void {
    forgetSession(this.#store);
    this.#conversations.close();
    this.#disconnect();
    this.phase.value = { name: 'signed-out', ...(code ? { code } : {}) };
  }

  /** Connects anew under the same session. */
  reconnect(): void {
    const phase = this.phase.peek();
    if (phase.name !== 'signed-out') void this.#connect(phase.session);
  }

  /** Chooses the paths that are allowed, and connects anew where there is a connection. */
  chooseNetwork(network: Network): void {
    if (network === this.network.peek()) return;
    this.network.value = network;
    kept(this.#store, NETWORK_KEY, network);
    this.reconnect();
  }

  async #connect(session: Session): Promise<void> {
    this.#disconnect();
    const attempt = this.#attempt;
    this.#conversations.open(session.wallet);
    this.phase.value = { name: 'connecting', session };
    try {
      const client = await connect({ token: session.token, rtc: rtcOf(this.network.peek()) });
      if (attempt !== this.#attempt) return client.close();
      this.#follow(client, session);
    } catch (error) {
      if (attempt === this.#attempt) this.#stop(session, codeOf(error));
    }
  }

  #follow(client: Client, session: Session): void {
    client.on('online', (online) => {
      this.isOnline.value = online;
    });
    client.on('ended', (error: AnypathError) => this.#stop(session, error.code));
    this.isOnline.value = client.isOnline;
    this.#conversations.attach(client);
    this.phase.value = { name: 'connected', session, client };
  }

  #stop(session: Session, code: ErrorCode): void {
    if (code === 'unauthenticated') return this.signOut(code);
    this.#disconnect();
    this.phase.value = { name: 'stopped', session, code };
  }

  #disconnect(): void {
    this.#attempt++;
    const phase = this.phase.peek();
    this.#conversations.detach();
    if (phase.name === 'connected') phase.client.close();
    this.isOnline.value = false;
  }
}
