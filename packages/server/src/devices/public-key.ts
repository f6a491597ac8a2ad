import type { webcrypto } from 'node:crypto';
import { AnypathError, fromBase64Url, toBase64Url } from '@anypath/protocol';

const X25519 = { name: 'X25519' } as const;

/** A key to derive with; what comes out is thrown away. */
let own: Promise<webcrypto.CryptoKey> | undefined;

/**
 * The bytes of a public key, where it is one that secrets can be derived with.
 *
 * @param text base64url
 * @throws AnypathError `invalid_payload` where a second spelling would name the same key, or it is a point of small order, with
 *   which every derivation fails (RFC 7748, section 6.1: the result is all zeros)
 */
export async function readPublicKey(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = fromBase64Url(text);
  // Unused bits: of the last character (RFC 4648, 3.5), and the highest bit of the key, which X25519 ignores (RFC 7748, 5).
  const isCanonical = toBase64Url(bytes) === text && ((bytes[31] ?? 0) & 0x80) === 0;
  if (!isCanonical) throw new AnypathError('invalid_payload', 'publicKey: it is not spelt in the one right way');
  own ??= ownPrivateKey();
  const privateKey = await own;
  try {
    const theirs = await crypto.subtle.importKey('raw', bytes, X25519, false, []);
    await crypto.subtle.deriveBits({ ...X25519, public: theirs }, privateKey, 256);
  } catch (cause) {
    throw new AnypathError('invalid_payload', 'publicKey: no secret can be derived with it', { cause });
  }
  return bytes;
}

async function ownPrivateKey(): Promise<webcrypto.CryptoKey> {
  const pair = await crypto.subtle.generateKey(X25519, false, ['deriveBits']);
  return (pair as webcrypto.CryptoKeyPair).privateKey;
}
