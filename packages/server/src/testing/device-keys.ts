import { generateKeyPairSync } from 'node:crypto';
import { type DeviceProof, deviceKeyResource, fromBase64Url, keyIdOf } from '@anypath/protocol';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { createSiweMessage } from 'viem/siwe';

/** The public half of a new X25519 key, base64url. */
export const devicePublicKey = (): string => generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }).x ?? '';

/** A new key with its name. */
export async function deviceKey(): Promise<{ readonly publicKey: string; readonly keyId: string }> {
  const publicKey = devicePublicKey();
  return { publicKey, keyId: await keyIdOf(fromBase64Url(publicKey)) };
}

/** A new Ethereum account, and the wallet that it is. */
export function ethereumAccount(): { readonly account: PrivateKeyAccount; readonly wallet: string } {
  const account = privateKeyToAccount(generatePrivateKey());
  return { account, wallet: account.address.toLowerCase() };
}

/** The point in the history of all sign-ins at which the proofs of the tests were made: long ago. */
const LONG_AGO = new Date('2020-01-01T00:00:00.000Z');

/** What the message of a proof says, where it is not what it should be. */
export type ProofFields = Partial<Parameters<typeof createSiweMessage>[0]>;

/**
 * What binds a key to an account, really signed.
 *
 * @param fields of the message, where they differ from those of a sign-in on loopback years ago
 */
export async function deviceProof(
  account: PrivateKeyAccount,
  publicKey: string,
  fields: ProofFields = {},
): Promise<DeviceProof> {
  const message = createSiweMessage({
    address: account.address,
    chainId: 1,
    domain: 'localhost',
    uri: 'http://localhost/',
    version: '1',
    nonce: 'abcdefgh12345678',
    issuedAt: LONG_AGO,
    expirationTime: new Date(LONG_AGO.getTime() + 300_000),
    resources: [deviceKeyResource(publicKey)],
    ...fields,
  });
  return { message, signature: await account.signMessage({ message }) };
}
