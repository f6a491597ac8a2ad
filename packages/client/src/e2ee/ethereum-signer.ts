import { secp256k1 } from '@noble/curves/secp256k1';
import { keccak_256 } from '@noble/hashes/sha3';

/** The last byte of a signature says which of two keys signed; wallets count from 0 or from 27. */
const RECOVERY: Readonly<Record<string, number>> = { '00': 0, '01': 1, '1b': 0, '1c': 1 };

/**
 * The Ethereum account that signed a text (EIP-191, version 0x45).
 *
 * @param signature `0x` and 65 bytes in hexadecimal: r, s, v
 * @returns its address in lower case; `undefined` where the signature belongs to no key at all
 */
export function signerOf(text: string, signature: string): string | undefined {
  const recovery = RECOVERY[signature.slice(130).toLowerCase()];
  if (recovery === undefined) return undefined;
  try {
    const parts = secp256k1.Signature.fromCompact(signature.slice(2, 130)).addRecoveryBit(recovery);
    // Without its first byte, which says how a point is written.
    const point = parts.recoverPublicKey(digestOf(text)).toRawBytes(false).subarray(1);
    return `0x${hex(keccak_256(point).subarray(12))}`;
  } catch {
    return undefined;
  }
}

function digestOf(text: string): Uint8Array {
  const encoder = new TextEncoder();
  const { byteLength } = encoder.encode(text);
  return keccak_256(encoder.encode(`\x19Ethereum Signed Message:\n${byteLength}${text}`));
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
