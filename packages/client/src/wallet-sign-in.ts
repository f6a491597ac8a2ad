import { type DeviceProof, Nonce, PATHS, Session, toBase64Url } from '@anypath/protocol';
import { browserDurable } from './durable/browser-durable.ts';
import type { DurableStore } from './durable/durable-store.ts';
import { type Identity, identityOf, keepProof } from './e2ee/identity.ts';
import { askHttp, parsed } from './http.ts';
import type { WalletSignInOptions } from './sign-in-options.ts';
import { walletMessage } from './wallet-message.ts';
import { accountIn, chainIdOf, signedBy } from './wallet-provider.ts';

/**
 * Has the owner of an account sign in, as `signInWithWallet` tells.
 *
 * @param url the server
 * @param accounts what the wallet was asked for: its accounts
 */
export async function sessionOf(
  url: string,
  accounts: Promise<unknown>,
  { provider, as, statement, ...options }: WalletSignInOptions,
): Promise<Session> {
  const address = await accountIn(accounts);
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
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message, signature, as }),
    credentials: 'include',
  });
  const session = parsed(Session, verified);
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
