/**
 * The lab's address plan. The internet is 203.0.113.0/24 (TEST-NET-3, RFC 5737) and 2001:db8::/32 (RFC 3849),
 * addresses that no real network has.
 */
export const INTERNET = { ipv4: '203.0.113.1', ipv6: '2001:db8::1' } as const;

/** The most hosts and clients that one lab holds. */
const MAX_HOSTS = 80;
const FIRST_HOST = 10;
const FIRST_CLIENT = 100;
const LAST_CLIENT = 254;
const MAX_SITES = 250;

/** Where a host on the internet is found. */
export interface HostAddresses {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** One network between two neighbours, the outer of which is the way to the internet. */
export interface Subnet {
  readonly inner: string;
  readonly outer: string;
  /** In bits. */
  readonly prefixLength: number;
  /** The whole of it, with the prefix's length. */
  readonly range: string;
}

/** @param position of the host among the hosts, from 0 */
export function hostAddresses(position: number): HostAddresses {
  if (position >= MAX_HOSTS) throw new RangeError(`a lab holds ${MAX_HOSTS} hosts`);
  const last = FIRST_HOST + position;
  return { ipv4: `203.0.113.${last}`, ipv6: `2001:db8::${last}` };
}

/**
 * The network between a client and its router, or between that router and its carrier's.
 *
 * @param site number of the client, from 1
 * @param depth 0 next to the client (RFC 1918), 1 next to the carrier (RFC 6598)
 */
export function privateSubnet(site: number, depth: number): Subnet {
  if (site > MAX_SITES) throw new RangeError(`a lab holds ${MAX_SITES} clients`);
  if (depth > 1) throw new RangeError('a client sits behind two NATs at most');
  const network = depth === 0 ? `10.0.${site}` : `100.64.${site}`;
  return { inner: `${network}.2`, outer: `${network}.1`, prefixLength: 24, range: `${network}.0/24` };
}

/**
 * The IPv6 network of a client, which is public.
 *
 * @param site number of the client, from 1
 * @param generation 0 at first, one more for each renumbering
 */
export function ipv6Subnet(site: number, generation: number): Subnet {
  const network = `2001:db8:${(generation + 1).toString(16)}:${site.toString(16)}`;
  return { inner: `${network}::2`, outer: `${network}::1`, prefixLength: 64, range: `${network}::/64` };
}

/** @returns the address by which the internet reaches the IPv6 router of a client */
export function ipv6RouterAddress(site: number): string {
  return `2001:db8::1:${site.toString(16)}`;
}

/** The IPv4 addresses that providers give to their customers, each to one at a time. */
export class AddressPool {
  readonly #free = Array.from({ length: LAST_CLIENT - FIRST_CLIENT + 1 }, (_, i) => `203.0.113.${FIRST_CLIENT + i}`);

  /** @returns the address that has been free for longest */
  take(): string {
    const address = this.#free.shift();
    if (address === undefined) throw new RangeError('every public address is taken');
    return address;
  }

  giveBack(address: string): void {
    this.#free.push(address);
  }
}
