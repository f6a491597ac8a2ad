import {
  type ErrorCode,
  type SignInMethods,
  signInMethods,
  signInWithWallet,
  type WalletProvider,
} from '@anypath/client';
import { signal } from '@preact/signals';
import { codeOf } from './error-code.ts';
import { type SignInResult, signIn } from './sign-in.ts';
import { walletProblem } from './wallet-problem.ts';

/** What is known of the ways in. */
export type Ways =
  | { readonly state: 'asking' }
  | { readonly state: 'known'; readonly methods: SignInMethods }
  | { readonly state: 'failed'; readonly code: ErrorCode };

/** The ways to sign in at this server. */
export class Entrance {
  readonly ways = signal<Ways>({ state: 'asking' });
  #asking: Promise<void> | undefined;

  /** Asks the server for them, unless they are known or being asked for. */
  ask(): Promise<void> {
    if (this.ways.peek().state === 'known') return Promise.resolve();
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Signs in under a name: this tab alone, where the server accepts tokens. */
  byName(name: string): Promise<SignInResult> {
    const ways = this.ways.peek();
    return signIn(name, ways.state === 'known' && !ways.methods.bearer ? 'cookie' : 'bearer');
  }

  /**
   * Signs in with a wallet, for the whole browser.
   *
   * @param statement what the wallet shows
   */
  async byWallet(provider: WalletProvider, statement: string): Promise<SignInResult> {
    try {
      return { ok: true, session: await signInWithWallet({ provider, statement }) };
    } catch (error) {
      return { ok: false, code: walletProblem(error) };
    }
  }

  async #ask(): Promise<void> {
    this.ways.value = { state: 'asking' };
    try {
      this.ways.value = { state: 'known', methods: await signInMethods() };
    } catch (error) {
      this.ways.value = { state: 'failed', code: codeOf(error) };
    }
  }
}
