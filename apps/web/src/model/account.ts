import {
  type AnypathError,
  type Client,
  connect,
  currentSession,
  type ErrorCode,
  type KeyValueStore,
  signOut,
} from '@anypath/client';
import { signal } from '@preact/signals';
import { kept } from './browser-storage.ts';
import { codeOf } from './error-code.ts';
import { type Network, rtcOf } from './network.ts';
import { forgetSession, type Session, storedSession, storeSession } from './session.ts';
import type { SignInResult } from './sign-in.ts';

/** Where the person stands. */
export type Phase =
  | { readonly name: 'starting' }
  | { readonly name: 'signed-out'; readonly code?: ErrorCode }
  | { readonly name: 'connecting'; readonly session: Session }
  | { readonly name: 'connected'; readonly session: Session; readonly client: Client }
  | { readonly name: 'stopped'; readonly session: Session; readonly code: ErrorCode };

const NETWORK_KEY = 'anypath-web:network';
export const storedNetwork = (store: KeyValueStore): string | null => store.getItem(NETWORK_KEY);

/** What is the person's own, and goes with their sign-in and their connection. */
interface Follower {
  open(wallet: string): void;
  close(): void;
  attach(client: Client): void;
  detach(): void;
}

/** The sign-in of this tab and its connection to the server. */
export class Account {
  readonly phase = signal<Phase>({ name: 'starting' });
  /** Whether the connection to the server stands; it comes back by itself while the phase is `connected`. */
  readonly isOnline = signal(false);
  /** The sign-out: under way, or why it failed. */
  readonly leaving = signal<'no' | 'now' | ErrorCode>('no');
  readonly network;
  readonly #store: KeyValueStore;
  readonly #followers: readonly Follower[];
  /** Counts connections, so that one that comes up late does not replace a newer one. */
  #attempt = 0;

  constructor(store: KeyValueStore, followers: readonly Follower[], network: Network) {
    this.#store = store;
    this.#followers = followers;
    this.network = signal(network);
  }

  /** Takes up the session that the tab had before a reload, or that the browser has in its cookie. */
  async start(): Promise<void> {
    this.phase.value = { name: 'starting' };
    const session = storedSession(this.#store, Date.now()) ?? (await currentSession().catch(() => undefined));
    if (session) void this.#connect(session);
    else this.phase.value = { name: 'signed-out' };
  }

  /** Takes the result of a sign-in. Returns the code of what went wrong, or `undefined`. */
  enter(result: SignInResult): string | undefined {
    if (!result.ok) return result.code;
    storeSession(this.#store, result.session);
    void this.#connect(result.session);
    return undefined;
  }

  /**
   * Signs out at the server, and then here. Where the server cannot be reached, a token is forgotten all the same; a cookie is
   * not ours to forget, and the person stays signed in.
   */
  async signOut(): Promise<void> {
    const phase = this.phase.peek();
    if (!('session' in phase) || this.leaving.peek() === 'now') return;
    this.leaving.value = 'now';
    const { token } = phase.session;
    try {
      await signOut(token === undefined ? {} : { token });
    } catch (error) {
      if (token === undefined) {
        this.leaving.value = codeOf(error);
        return;
      }
    }
    this.#leave();
  }

  /** Connects anew under the same session. */
  reconnect(): void {
    const phase = this.phase.peek();
    if ('session' in phase) void this.#connect(phase.session);
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
    this.leaving.value = 'no';
    for (const follower of this.#followers) follower.open(session.wallet);
    this.phase.value = { name: 'connecting', session };
    const { token } = session;
    try {
      const client = await connect({ rtc: rtcOf(this.network.peek()), ...(token === undefined ? {} : { token }) });
      if (attempt !== this.#attempt) return client.close();
      this.#follow(client, session);
    } catch (error) {
      if (attempt === this.#attempt) this.#stop(session, codeOf(error));
    }
  }

  #follow(client: Client, session: Session): void {
    // The cookie may have become somebody else's since it was asked about.
    if (client.wallet !== session.wallet) {
      client.close();
      return this.#leave('session_ended');
    }
    client.on('online', (online) => {
      this.isOnline.value = online;
      // A sign-out that failed before may work now.
      if (online && this.leaving.peek() !== 'now') this.leaving.value = 'no';
    });
    client.on('ended', (error: AnypathError) => this.#stop(session, error.code));
    this.isOnline.value = client.isOnline;
    for (const follower of this.#followers) follower.attach(client);
    this.phase.value = { name: 'connected', session, client };
  }

  #stop(session: Session, code: ErrorCode): void {
    // Our own sign-out ends the connection before its answer arrives.
    const isOurs = this.leaving.peek() === 'now';
    if (code === 'unauthenticated' || code === 'session_ended') return this.#leave(isOurs ? undefined : code);
    this.#disconnect();
    this.phase.value = { name: 'stopped', session, code };
  }

  /** @param code why, where it was not the person's own wish */
  #leave(code?: ErrorCode): void {
    forgetSession(this.#store);
    for (const follower of this.#followers) follower.close();
    this.#disconnect();
    this.leaving.value = 'no';
    this.phase.value = { name: 'signed-out', ...(code ? { code } : {}) };
  }

  #disconnect(): void {
    this.#attempt++;
    const phase = this.phase.peek();
    for (const follower of this.#followers) follower.detach();
    if (phase.name === 'connected') phase.client.close();
    this.isOnline.value = false;
  }
}
