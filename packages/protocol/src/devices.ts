import * as v from 'valibot';
import { Id, Wallet } from './identifiers.ts';
import * as LIMITS from './limits.ts';
import { UnixMs } from './unix-ms.ts';

/** 32 bytes of an X25519 public key (RFC 7748) in base64url without padding. */
export const PublicKey = v.pipe(v.string(), v.regex(/^[\w-]{43}$/, 'a public key is 32 bytes in base64url'));

/**
 * What binds a key to an Ethereum wallet: the signed message of the sign-in (EIP-4361), with the key among its resources as
 * `anypath:device-key:PUBLIC_KEY`. Whoever knows the address can check it, without trusting the server.
 */
export const DeviceProof = v.object({
  message: v.pipe(v.string(), v.maxLength(LIMITS.walletMessageMaxLength)),
  signature: v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{130}$/, 'a signature is 0x and 130 hexadecimal digits')),
});
export type DeviceProof = v.InferOutput<typeof DeviceProof>;

/** A device of a wallet: what messages are sealed for. All tabs of one browser are one device. */
export const Device = v.object({
  /** Names the key: the first 16 bytes of its SHA-256 in base64url, so that a key cannot be exchanged under its name. */
  keyId: Id,
  publicKey: PublicKey,
  name: v.string(),
  /** When it was registered, Unix time in milliseconds. */
  since: UnixMs,
  /** When it was connected last, Unix time in milliseconds; only the wallet itself is told. */
  seen: v.optional(UnixMs),
  proof: v.optional(DeviceProof),
});
export type Device = v.InferOutput<typeof Device>;

/** The devices of a wallet, the oldest first. Answer of the routes, of `devices:list`, and the event `devices:update`. */
export const DeviceList = v.object({ wallet: Wallet, devices: v.array(Device) });
export type DeviceList = v.InferOutput<typeof DeviceList>;

/**
 * The name of a device key.
 *
 * @param publicKey 32 bytes
 * @returns the first 16 bytes of its SHA-256, in base64url: 22 characters
 */
export async function keyIdOf(publicKey: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', publicKey));
  return toBase64Url(digest.subarray(0, 16));
}

/** Bytes as base64url without padding (RFC 4648, section 5). */
export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

/** The bytes of base64url, with or without padding. @throws DOMException for anything else */
export const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
