import { isIPv4 } from 'node:net';

/** Where coturn listens on this machine, and as what the world knows it. */
export interface Placement {
  /** Addresses of this machine. */
  readonly addresses: readonly string[];
  /** For each that a NAT translates, its public one. */
  readonly external: readonly { readonly publicAddress: string; readonly privateAddress: string }[];
  /** Where the front on this machine finds coturn. */
  readonly frontAddress: string;
}

/** What is known of names and addresses. */
export interface Surroundings {
  /** What the name of TURN resolves to; empty where nobody looked. */
  readonly resolved: readonly string[];
  /** Addresses of this machine's interfaces. */
  readonly own: readonly string[];
  /** The one of each family from which packets leave to the world. */
  readonly outgoing: readonly string[];
}

/**
 * Places coturn. A public address of the name that is no interface's is taken for one that a NAT translates to the address
 * of the same family from which packets leave.
 *
 * @returns `undefined` where this machine has no address that reaches anything
 */
export function placementOf({ resolved, own, outgoing }: Surroundings): Placement | undefined {
  const here = resolved.filter((address) => own.includes(address));
  const translated = resolved
    .filter((address) => !own.includes(address))
    .flatMap((publicAddress) => {
      const privateAddress = outgoing.find((address) => isIPv4(address) === isIPv4(publicAddress));
      return privateAddress === undefined || here.includes(privateAddress) ? [] : [{ publicAddress, privateAddress }];
    })
    // coturn takes one public address for each of its own.
    .filter((pair, at, all) => all.findIndex((other) => other.privateAddress === pair.privateAddress) === at);
  const placed = [...here, ...translated.map(({ privateAddress }) => privateAddress)];
  const addresses = placed.length > 0 ? placed : outgoing;
  const first = addresses.find(isIPv4) ?? addresses[0];
  if (first === undefined) return undefined;
  return { addresses, external: translated, frontAddress: first };
}
