import { linkRules } from './access-link.ts';
import { INTERNET, ipv6RouterAddress, ipv6Subnet, privateSubnet, type Subnet } from './addresses.ts';
import type { Cable } from './cable.ts';
import { type Host, hostsFile, trustIpv6 } from './internet-plan.ts';
import type { Namespace } from './namespace.ts';
import { ipCommands, nftCommands, type Plan, type Setup } from './plan.ts';
import { routerRules, routerSettings } from './router-rules.ts';
import type { Topology } from './topology.ts';

/** A client and its routers, and where they meet the internet. */
export interface Site {
  /** From 1, the same for nobody else in the lab. */
  readonly number: number;
  readonly topology: Topology;
  readonly client: Namespace;
  /** From the client outwards. */
  readonly routers: readonly Namespace[];
  readonly internet: Namespace;
  /** The bridge's interface towards this site. */
  readonly port: string;
  /** The IPv4 address given by the provider; unused where the site is IPv6 alone. */
  readonly publicIpv4: string;
}

/** One interface, and the way onwards through it. */
interface Interface {
  readonly device: string;
  /** With the prefix's length. */
  readonly address: string;
  readonly gateway?: string;
}

/** What to make for a client. */
export function sitePlan(site: Site, hosts: readonly Host[]): Plan {
  const names = hostsFile(hosts, [site.topology.family]);
  const chain = [site.client, ...site.routers];
  return {
    machines: chain.map((namespace) => ({ namespace, hosts: names })),
    cables: chain.map((namespace, position) => cable(site, namespace, chain[position + 1])),
    setups: [portSetup(site), clientSetup(site), ...site.routers.map((_, depth) => routerSetup(site, depth))],
  };
}

/** @returns the network between the client (depth 0) or one of its routers and what is next outwards */
export function subnetOf(site: Site, depth: number): Subnet {
  return site.topology.family === 'ipv6' ? ipv6Subnet(site.number, 0) : privateSubnet(site.number, depth);
}

/** @returns the interface by which a namespace of the site (the client: depth 0) reaches what is next outwards */
export function outwardInterface(site: Site, depth: number): Interface {
  const device = depth === 0 ? 'eth0' : 'wan';
  if (depth < site.routers.length) {
    const { inner, outer, prefixLength } = subnetOf(site, depth);
    return { device, address: `${inner}/${prefixLength}`, gateway: outer };
  }
  if (site.topology.family === 'ipv6') {
    return { device, address: `${ipv6RouterAddress(site.number)}/64`, gateway: INTERNET.ipv6 };
  }
  return { device, address: `${site.publicIpv4}/24`, gateway: INTERNET.ipv4 };
}

function cable(site: Site, inner: Namespace, outer: Namespace | undefined): Cable {
  const device = inner === site.client ? 'eth0' : 'wan';
  const next = outer ? { namespace: outer, device: 'lan' } : { namespace: site.internet, device: site.port };
  // The delay belongs to the line to the internet; what is at home is near.
  return { ends: [{ namespace: inner, device }, next], delayMs: outer ? 0 : site.topology.link.delayMs };
}

function portSetup(site: Site): Setup {
  const reach = `route add ${subnetOf(site, 0).range} via ${ipv6RouterAddress(site.number)} dev br0`;
  const script = [
    ipCommands(
      `link set ${site.port} master br0 up`,
      // Only the black hole of the addresses that were left may have had it.
      `addr flush to ${site.publicIpv4}`,
      ...(site.topology.family === 'ipv6' ? [reach] : []),
    ),
    nftCommands(linkRules(site.port, { lossPercent: site.topology.link.lossPercent, udpCut: false })),
  ];
  return { namespace: site.internet, script: script.join('') };
}

function clientSetup(site: Site): Setup {
  return { namespace: site.client, script: interfacesSetup(site, [outwardInterface(site, 0)]) };
}

function routerSetup(site: Site, depth: number): Setup {
  const router = site.topology.routers[depth];
  const namespace = site.routers[depth];
  if (!router || !namespace) throw new RangeError(`there is no router ${depth}`);
  const { outer, prefixLength } = subnetOf(site, depth);
  const lan = { device: 'lan', address: `${outer}/${prefixLength}` };
  const script = [
    routerSettings(router),
    // Before the interfaces, so that not one packet passes without them.
    nftCommands(routerRules(router)),
    interfacesSetup(site, [lan, outwardInterface(site, depth + 1)]),
  ];
  return { namespace, script: script.join('') };
}

function interfacesSetup(site: Site, interfaces: readonly Interface[]): string {
  const ipv6 = site.topology.family === 'ipv6';
  const settings = interfaces.map(({ device }) =>
    ipv6 ? trustIpv6(device) : `echo 1 > /proc/sys/net/ipv6/conf/${device}/disable_ipv6\n`,
  );
  const commands = interfaces.flatMap(({ device, address, gateway }) => [
    `addr add ${address} dev ${device}${ipv6 ? ' nodad' : ''}`,
    `link set ${device} up`,
    ...(gateway ? [`route add default via ${gateway} dev ${device}`] : []),
  ]);
  return [...settings, ipCommands('link set lo up', ...commands)].join('');
}
