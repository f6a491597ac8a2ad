import { isIPv4, isIPv6 } from 'node:net';
import { StunError } from './errors.ts';

/** An IP address and a port. IPv6 addresses are in their canonical form (RFC 5952), without brackets. */
export interface TransportAddress {
  readonly address: string;
  readonly port: number;
}

const FAMILY_IPV4 = 1;
const FAMILY_IPV6 = 2;
const HEADER_BYTES = 4;
const NO_MASK = new Uint8Array(16);

/**
 * Encodes the value of MAPPED-ADDRESS and its like (RFC 8489 section 14.1).
 *
 * @param mask 16 bytes to combine by exclusive or: magic cookie and transaction id for XOR-MAPPED-ADDRESS (section 14.2)
 * @throws StunError `malformed` where it is not an IP address and a port
 */
export function encodeAddress({ address, port }: TransportAddress, mask: Uint8Array = NO_MASK): Uint8Array {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new StunError('malformed', 'not a port');
  const ip = addressBytes(address);
  const bytes = new Uint8Array(HEADER_BYTES + ip.length);
  bytes[1] = ip.length === 4 ? FAMILY_IPV4 : FAMILY_IPV6;
  bytes.set(xor(Uint8Array.of(port >> 8, port & 0xff), mask), 2);
  bytes.set(xor(ip, mask), HEADER_BYTES);
  return bytes;
}

/**
 * Decodes what `encodeAddress` encodes.
 *
 * @throws StunError `malformed` for an unknown family or a wrong length
 */
export function decodeAddress(bytes: Uint8Array, mask: Uint8Array = NO_MASK): TransportAddress {
  const length = bytes[1] === FAMILY_IPV4 ? 4 : bytes[1] === FAMILY_IPV6 ? 16 : undefined;
  if (length === undefined || bytes.length !== HEADER_BYTES + length) {
    throw new StunError('malformed', 'an address attribute is neither IPv4 nor IPv6');
  }
  const [high = 0, low = 0] = xor(bytes.subarray(2, HEADER_BYTES), mask);
  return { address: addressText(xor(bytes.subarray(HEADER_BYTES), mask)), port: high * 256 + low };
}

/** 4 for an IPv4 address, 6 for anything else. */
export const familyOf = (address: string): 4 | 6 => (isIPv4(address) ? 4 : 6);

/** The same address in the form that this package reports it in; other text is returned as it is. */
export const canonicalAddress = (address: string): string =>
  isIPv6(address) ? addressText(addressBytes(address)) : address;

const xor = (bytes: Uint8Array, mask: Uint8Array): Uint8Array => bytes.map((byte, at) => byte ^ (mask[at] ?? 0));

function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.'), Number);
  if (!isIPv6(address)) throw new StunError('malformed', 'not an IP address');
  const [head = '', tail = ''] = compressed(address).split('::');
  const before = groupBytes(head);
  const after = groupBytes(tail);
  const bytes = new Uint8Array(16);
  bytes.set(before);
  bytes.set(after, 16 - after.length);
  return bytes;
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return compressed(groups.join(':'));
}

/** The URL parser knows the canonical form of an IPv6 address; it takes no zone. */
const compressed = (address: string): string =>
  new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);

const groupBytes = (groups: string): number[] =>
  groups
    .split(':')
    .filter(Boolean)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 0xff]);
