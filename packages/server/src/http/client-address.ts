import { isIPv6 } from 'node:net';

/**
 * What a client counts by where nobody is signed in. A household has a /64 of IPv6 to itself, and would otherwise have
 * as many limits as it has addresses.
 *
 * @param address of the client, as the server sees it
 * @returns the address; its /64 for IPv6; the IPv4 address of a mapped one
 */
export function limitKeyOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const network = [...left, ...zeros, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
