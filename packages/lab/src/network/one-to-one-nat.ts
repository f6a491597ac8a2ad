import type { Host } from './internet-plan.ts';

/** The private address of a machine behind a provider's NAT, as rented ones often have. */
const PRIVATE_ADDRESS = '10.99.0.2';

/** The public address leads to the private one and back, port by port. */
const rules = (address: string): string => `
table ip provider {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    iifname "eth0" ip daddr ${address} dnat to ${PRIVATE_ADDRESS}
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "eth0" ip saddr ${PRIVATE_ADDRESS} snat to ${address}
  }
}
`;

/**
 * Puts a machine behind a one-to-one NAT: its public IPv4 address stays the one that others know.
 *
 * @returns its private address
 */
export async function putBehindNat({ namespace, ipv4 }: Host): Promise<string> {
  await namespace.configure(`addr add ${PRIVATE_ADDRESS}/32 dev lo`);
  await namespace.loadRules(rules(ipv4));
  return PRIVATE_ADDRESS;
}

/** Takes that NAT away. */
export async function takeNatAway({ namespace }: Host): Promise<void> {
  await namespace.loadRules('delete table ip provider');
  await namespace.configure(`addr del ${PRIVATE_ADDRESS}/32 dev lo`);
}
