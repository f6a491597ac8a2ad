import { AnypathError, fromBase64Url, keyIdOf, toBase64Url } from '@anypath/protocol';
import { KEY_BYTES, KEY_ID_BYTES } from './hpke.ts';

/**
 * The key of a device. Its private half never leaves the browser's or Node's own cryptography: it cannot be exported, only used.
 * The object can be kept in IndexedDB as it is (structured clone).
 */
export interface DeviceKey {
  /** First 16 bytes of the public key's SHA-256, base64url. */
  readonly keyId: string;
  /** 32 bytes (RFC 7748). */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly pair: CryptoKeyPair;
}

/**
 * Makes a new device key.
 *
 * @throws AnypathError `crypto_unsupported` where the platform has no X25519, or the page is not a secure context
 */
export async function makeDeviceKey(): Promise<DeviceKey> {
  const pair = await makeKeyPair();
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return { keyId: await keyIdOf(publicKey), publicKey, pair };
}

/** An X25519 key whose private half cannot be exported and does nothing but key agreement. @throws as `makeDeviceKey` */
export async function makeKeyPair(): Promise<CryptoKeyPair> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) {
    throw new AnypathError('crypto_unsupported', 'Browsers encrypt for pages over HTTPS or on localhost only.');
  }
  try {
    return (await subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
  } catch (cause) {
    throw new AnypathError('crypto_unsupported', undefined, { cause });
  }
}

/**
 * A public key for use with HPKE.
 *
 * @param bytes 32 bytes
 * @throws AnypathError `invalid_payload` for any other length
 */
export async function importPublicKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  if (bytes.byteLength !== KEY_BYTES) throw new AnypathError('invalid_payload', `a public key has ${KEY_BYTES} bytes`);
  try {
    return await crypto.subtle.importKey('raw', bytes, 'X25519', true, []);
  } catch (cause) {
    throw new AnypathError('crypto_unsupported', undefined, { cause });
  }
}

/** Public keys that are kept ready. */
const KNOWN_KEYS_MAX = 256;
const knownKeys = new Map<string, Promise<CryptoKey>>();

/**
 * `importPublicKey` for the key of a device, which comes again with each message: the last 256 are kept ready.
 *
 * @param bytes 32 bytes
 * @throws AnypathError as `importPublicKey`
 */
export function devicePublicKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const name = toBase64Url(bytes);
  const known = knownKeys.get(name) ?? importPublicKey(bytes);
  knownKeys.delete(name);
  knownKeys.set(name, known);
  known.catch(() => knownKeys.delete(name));
  for (const oldest of knownKeys.keys()) {
    if (knownKeys.size <= KNOWN_KEYS_MAX) break;
    knownKeys.delete(oldest);
  }
  return known;
}

/** The 16 bytes that a `keyId` stands for. @throws AnypathError `invalid_payload` where it stands for none */
export function keyIdBytes(keyId: string): Uint8Array<ArrayBuffer> {
  if (/^[\w-]{22}$/.test(keyId)) {
    const bytes = fromBase64Url(keyId);
    if (bytes.byteLength === KEY_ID_BYTES) return bytes;
  }
  throw new AnypathError('invalid_payload', 'a keyId is 16 bytes in base64url');
}
