import { AnypathError, PATHS, type Session, SignInMethods } from '@anypath/protocol';
import { fetchSession, withCsrf } from './credentials.ts';
import { askHttp, parsed, serverUrl } from './http.ts';
import type { ServerOptions, WalletSignInOptions } from './sign-in-options.ts';
import type { WalletProvider } from './wallet-provider.ts';

/** How to sign out. */
export interface SignOutOptions extends ServerOptions {
  /** The token of the session; the session of the cookie where it is left out. */
  token?: string;
}

/** A sign-in. */
export interface SignedIn {
  /** Our wallet, as the server knows it: an Ethereum address is in lower case. */
  readonly wallet: string;
  /** When the session ends, Unix time in milliseconds. */
  readonly expiresAt: number;
  /** For `connect`, where the session is `as: 'bearer'`. */
  readonly token?: string;
  /** Whether the operator has named the wallet in ADMIN_WALLETS, so that it may see how the server does. */
  readonly admin?: boolean;
}

/**
 * How one may sign in at a server.
 *
 * @throws AnypathError `unreachable`, `rate_limited`
 */
export async function signInMethods({ url }: ServerOptions = {}): Promise<SignInMethods> {
  return parsed(SignInMethods, await askHttp(new URL(PATHS.methods, serverUrl(url))));
}

/**
 * The session that the browser's cookie stands for, such as after a reload.
 *
 * @returns `undefined` where nobody is signed in
 * @throws AnypathError `unreachable`, `rate_limited`
 */
export async function currentSession({ url }: ServerOptions = {}): Promise<SignedIn | undefined> {
  try {
    return signedIn(await fetchSession(serverUrl(url)));
  } catch (error) {
    if (isOver(error)) return undefined;
    throw error;
  }
}

/**
 * Signs in with an Ethereum wallet (EIP-4361): asks it for an account and has its owner sign a message that names this page and
 * the key of this device, which `connect` then registers with that proof. Call it from a click, because wallets open a window.
 *
 * @returns the session
 * @throws AnypathError `forbidden` where the owner declines in the wallet (`cause` is then the wallet's own error, with the code
 *   4001 of EIP-1193), where the server does not sign in for this page or chain, or where it allows no token; `internal` where the
 *   wallet fails (`cause` again); `nonce_invalid` where the owner took longer than five minutes; `signature_invalid`,
 *   `rate_limited`, `unreachable`
 */
export async function signInWithWallet(options: WalletSignInOptions): Promise<SignedIn> {
  const url = serverUrl(options.url);
  // Within the click: the wallet's window would be blocked after it.
  const accounts = askAccounts(options.provider);
  // Waited for below.
  accounts.catch(() => undefined);
  const { sessionOf } = await import('./wallet-sign-in.ts').catch((cause: unknown) => {
    throw new AnypathError('unreachable', 'the code that signs in with wallets could not be loaded', { cause });
  });
  return signedIn(await sessionOf(url, accounts, options));
}

const askAccounts = async (provider: WalletProvider) => provider.request({ method: 'eth_requestAccounts' });

/**
 * Ends the session at the server, everywhere: its cookie or token is refused from then on, and its connections are closed. A
 * session that is over already is no error.
 *
 * @throws AnypathError `unreachable`, `rate_limited`: the session goes on then
 */
export async function signOut({ url, token }: SignOutOptions = {}): Promise<void> {
  const server = serverUrl(url);
  try {
    const proof =
      token === undefined
        ? withCsrf((await fetchSession(server)).csrfToken ?? '')
        : { headers: { authorization: `Bearer ${token}` } };
    await askHttp(new URL(PATHS.logout, server), { method: 'POST', ...proof });
  } catch (error) {
    if (!isOver(error)) throw error;
  }
}

const isOver = (error: unknown): boolean =>
  error instanceof AnypathError && (error.code === 'unauthenticated' || error.code === 'session_ended');

/** The CSRF token is the SDK's own business. */
const signedIn = ({ wallet, expiresAt, token, admin }: Session): SignedIn => ({
  wallet,
  expiresAt,
  ...(token === undefined ? {} : { token }),
  ...(admin && { admin }),
});
