import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { HEADER_BYTES } from './header.ts';

/** MESSAGE-INTEGRITY (RFC 8489 section 14.5). */
export const INTEGRITY_TYPE = 0x0008;
/** MESSAGE-INTEGRITY-SHA256 (RFC 8489 section 14.6). */
export const INTEGRITY_SHA256_TYPE = 0x001c;
/** FINGERPRINT (RFC 8489 section 14.7). */
export const FINGERPRINT_TYPE = 0x8028;

const FINGERPRINT_XOR = 0x5354554e;
const SHA1_BYTES = 20;
const SHA256_BYTES = 32;
const SHA256_TRUNCATED_BYTES = 16;

/** A key, and which of the two integrity attributes it is for. */
export interface IntegrityKey {
  readonly algorithm: 'sha1' | 'sha256';
  readonly bytes: Uint8Array;
}

/** Where an integrity attribute stands in a message that arrived. */
export interface IntegrityMark {
  readonly type: number;
  /** Offset of the attribute in the message, bytes. */
  readonly at: number;
  readonly value: Uint8Array;
}

/**
 * The long-term key (RFC 8489 section 9.2.2).
 *
 * @param hash of user name, realm and password; MD5 unless the server offers better
 */
export function longTermKey(hash: 'md5' | 'sha256', username: string, realm: string, password: string): Uint8Array {
  return createHash(hash)
    .update(`${username}:${opaqueString(realm)}:${opaqueString(password)}`)
    .digest();
}

/** The preparation of RFC 8265 section 4.2.2, without its check for unassigned characters. ASCII stays as it is. */
const opaqueString = (text: string): string => text.replace(/\p{Zs}/gu, ' ').normalize('NFC');

/** The attribute type that a key is for. */
export const integrityType = ({ algorithm }: IntegrityKey): number =>
  algorithm === 'sha256' ? INTEGRITY_SHA256_TYPE : INTEGRITY_TYPE;

/** Bytes of the value that `integrity` returns. */
export const integrityBytes = ({ algorithm }: IntegrityKey): number =>
  algorithm === 'sha256' ? SHA256_BYTES : SHA1_BYTES;

/**
 * The value of the integrity attribute.
 *
 * @param covered the message up to the attribute, its length field counting the attribute already
 */
export const integrity = ({ algorithm, bytes }: IntegrityKey, covered: Uint8Array): Uint8Array =>
  createHmac(algorithm, bytes).update(covered).digest();

/**
 * The value of FINGERPRINT.
 *
 * @param covered the message up to the attribute, its length field counting the attribute already
 */
export function fingerprint(covered: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((crc32(covered) ^ FINGERPRINT_XOR) >>> 0);
  return bytes;
}

/**
 * Whether a message that arrived is protected with this key.
 *
 * @returns false also where it carries no integrity attribute of the key's algorithm
 */
export function hasIntegrity(
  message: { readonly bytes: Uint8Array; readonly integrity: readonly IntegrityMark[] },
  key: IntegrityKey,
): boolean {
  const mark = message.integrity.find(({ type }) => type === integrityType(key));
  if (!mark || !isAllowedLength(key, mark.value.length)) return false;
  const covered = Buffer.from(message.bytes.subarray(0, mark.at));
  covered.writeUInt16BE(mark.at + 4 + mark.value.length - HEADER_BYTES, 2);
  return timingSafeEqual(integrity(key, covered).subarray(0, mark.value.length), mark.value);
}

/** MESSAGE-INTEGRITY-SHA256 may be cut, by whole words, down to 16 bytes. */
const isAllowedLength = (key: IntegrityKey, length: number): boolean =>
  key.algorithm === 'sha1'
    ? length === SHA1_BYTES
    : length >= SHA256_TRUNCATED_BYTES && length <= SHA256_BYTES && length % 4 === 0;
