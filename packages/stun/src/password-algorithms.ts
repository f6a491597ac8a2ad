import { StunError } from './errors.ts';
import { padded } from './header.ts';

/** One entry of PASSWORD-ALGORITHMS (RFC 8489 section 14.11). */
export interface PasswordAlgorithm {
  /** Number in IANA's registry; 1 is MD5, 2 is SHA-256. */
  readonly algorithm: number;
  readonly parameters: Uint8Array;
}

/** IANA's "STUN Password Algorithms". */
export const PASSWORD_ALGORITHM = { md5: 1, sha256: 2 } as const;

const HEADER_BYTES = 4;

export function encodeAlgorithms(list: readonly PasswordAlgorithm[]): Uint8Array {
  return Buffer.concat(
    list.map(({ algorithm, parameters }) => {
      const entry = Buffer.alloc(HEADER_BYTES + padded(parameters.length));
      entry.writeUInt16BE(algorithm, 0);
      entry.writeUInt16BE(parameters.length, 2);
      entry.set(parameters, HEADER_BYTES);
      return entry;
    }),
  );
}

/** @throws StunError `malformed` */
export function decodeAlgorithms(bytes: Uint8Array): PasswordAlgorithm[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const list: PasswordAlgorithm[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + HEADER_BYTES > bytes.length) throw new StunError('malformed', 'a list of algorithms ends within one');
    const end = at + HEADER_BYTES + view.getUint16(at + 2);
    if (end > bytes.length) throw new StunError('malformed', 'the parameters of an algorithm end behind the list');
    list.push({ algorithm: view.getUint16(at), parameters: bytes.subarray(at + HEADER_BYTES, end) });
    at += padded(end - at);
  }
  return list;
}
