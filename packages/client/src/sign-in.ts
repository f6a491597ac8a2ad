import {
  AnypathError,
  type DeviceProof,
  Nonce,
  PATHS,
  Session,
  type SessionKind,
  SignInMethods,
  toBase64Url,
} from '@anypath/protocol';
import { fetchSession, withCsrf } from './credentials.ts';
import { browserDurable } from './durable/default-durable.ts';
import type { DurableStore } from './durable/durable-store.ts';
import { type Identity, identityOf, keepProof } from './e2ee/identity.ts';
import { askHttp, parsed, postJson, serverUrl } from './http.ts';
import { walletMessage } from './wallet-message.ts';
import { accountOf, chainIdOf, signedBy, type WalletProvider } from './wallet-provider.ts';

/** Which server. */
export interface ServerOptions {
  /** The server, such as `https://rtc.example.com`; the page's own origin where it is left out. */
  url?: string;
}

/** How to sign in with a wallet. */
export interface WalletSignInOptions extends ServerOptions {
  /** The wallet: `window.ethereum`, or the `provider` of an EIP-6963 announcement. */
  provider: WalletProvider;
  /**
   * `cookie` where it is left out: the session is in a cookie that scripts cannot read, and `connect` needs no token. `bearer`
   * returns a token, where the server allows that.
   */
  as?: SessionKind;
  /** What the wallet shows to its owner beside the address of the page: one line of printable ASCII. */
  statement?: string;
  /** The chain that the message names; the wallet's own where the server accepts it, else the first that it does. */
  chainId?: number;
  /**
   * Where the device's key is kept, the same as for `connect`; IndexedDB where it is left out. The message binds the key to the
   * wallet, so that others can check it. Without a store that lasts, or without X25519, the sign-in binds nothing.
   */
  durable?: DurableStore;
}

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
  const { provider, as, statement } = options;
  const url = serverUrl(options.url);
  const address = await accountOf(provider);
  const device = await deviceFor(address, options.durable);
  const [answer, ownChainId] = await Promise.all([
    // The nonce after the account: the owner may take a while to unlock the wallet.
    askHttp(new URL(PATHS.nonce, url)),
    options.chainId ?? chainIdOf(provider),
  ]);
  const offer = parsed(Nonce, answer);
  const chainId = options.chainId ?? offer.chainIds.find((id) => id === ownChainId) ?? offer.chainIds[0] ?? 1;
  const origin = globalThis.location?.origin ?? new URL(url).origin;
  const message = walletMessage({ address, chainId, origin, statement, deviceKey: device?.publicKey }, offer);
  const signature = await signedBy(provider, address, message);
  const verified = await askHttp(new URL(PATHS.verify, url), {
    ...postJson({ message, signature, as }),
    credentials: 'include',
  });
  const session = signedIn(parsed(Session, verified));
  await device?.keep(session.wallet, { message, signature });
  return session;
}

/** What of this device is bound to an account. */
interface BoundDevice {
  /** Base64url. */
  readonly publicKey: string;
  keep(wallet: string, proof: DeviceProof): Promise<void>;
}

/** Finds or makes the key of this device for an account. What stands in the way of that does not stand in the way of a sign-in. */
async function deviceFor(address: string, given: DurableStore | undefined): Promise<BoundDevice | undefined> {
  const durable = given ?? (await browserDurable());
  if (!durable) return undefined;
  let identity: Identity;
  try {
    // As the server writes addresses.
    identity = await identityOf(durable, address.toLowerCase());
  } catch {
    return undefined;
  }
  const { keyId, publicKey } = identity.key;
  const keep = (wallet: string, proof: DeviceProof) => keepProof(durable, wallet, keyId, proof).catch(() => undefined);
  return { publicKey: toBase64Url(publicKey), keep };
}

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
