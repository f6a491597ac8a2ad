import { concat, fields } from './bytes.ts';
import { keyIdBytes } from './device-key.ts';

/** A wallet and its devices. */
export interface Party {
  readonly wallet: string;
  readonly keyIds: readonly string[];
}

const GROUPS = 12;
const GROUP_BYTES = 5;
const GROUP_SIZE = 100_000n;

/**
 * A number that two people compare aloud: the same on both sides exactly where both see the same devices of both wallets. SHA-512 of
 * the label `anypath safety number 1` and both wallets with their devices in order; 5 bytes of it make 5 digits.
 *
 * @returns 60 digits in 12 groups, with a space between groups: 199 bits
 */
export async function safetyNumber(a: Party, b: Party): Promise<string> {
  const parties = [a, b].map(encode).sort(compare);
  const text = concat(fields('anypath safety number 1'), ...parties.map((party) => fields(party)));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-512', text));
  return Array.from({ length: GROUPS }, (_, group) => {
    const bytes = hash.subarray(group * GROUP_BYTES, (group + 1) * GROUP_BYTES);
    const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    return String(value % GROUP_SIZE).padStart(5, '0');
  }).join(' ');
}

const encode = ({ wallet, keyIds }: Party): Uint8Array =>
  fields(wallet, ...[...new Set(keyIds)].map(keyIdBytes).sort(compare));

/** As memcmp has it. */
function compare(a: Uint8Array, b: Uint8Array): number {
  const index = a.findIndex((byte, at) => byte !== b[at]);
  return index < 0 ? a.byteLength - b.byteLength : (a[index] ?? 0) - (b[index] ?? -1);
}
