import { type Link, router, type Topology, topology } from './topology.ts';

/*
 * The terms are those of RFC 4787: mapping says which public port a private one gets, filtering says whose
 * packets reach it. Filtering is address and port dependent in every class with a router ("port-restricted").
 */

/** A public address and no filter, as on a rented server. */
export function open(): Topology {
  return topology('open', []);
}

/** A home router: endpoint-independent mapping that preserves ports. Two of these meet directly. */
export function home(): Topology {
  return topology('home', [router()]);
}

/** A mobile carrier: address- and port-dependent mapping ("symmetric"), which is forgotten after 10 to 30 idle seconds. */
export function mobile(): Topology {
  const udpTimeoutSeconds = { unanswered: 10, answered: 30 };
  return topology('mobile', [router({ mapping: 'address-and-port-dependent', udpTimeoutSeconds })]);
}

/** A home router whose WAN address is itself private, behind a carrier's NAT that satisfies RFC 6888 (so does RFC 4787). */
export function cgnat(): Topology {
  return topology('cgnat', [router(), router()]);
}

/** A company's firewall: TCP to ports 80 and 443, no UDP. */
export function corporate(): Topology {
  return topology('corporate', [router({ outbound: { tcp: [80, 443] } })]);
}

/** Nothing but an HTTP proxy, which tunnels (`CONNECT`, RFC 9110 section 9.3.6) to port 443. */
export function corporateProxy(): Topology {
  return proxied('corporateProxy', { proxy: 'tunnel' });
}

/** The proxy intercepts TLS: HTTPS and WebSocket survive, anything else in TLS does not. */
export function ultra(): Topology {
  return proxied('ultra', { proxy: 'intercept' });
}

/** The proxy intercepts TLS and upgrades nothing: plain requests alone survive. */
export function ultraNoWs(): Topology {
  return proxied('ultraNoWs', { proxy: 'intercept-without-websocket' });
}

/** A home router on a line that loses one packet in ten, each way. */
export function lossy(): Topology {
  return topology('lossy', [router()], { link: { lossPercent: 10, delayMs: 0 } });
}

/** IPv6 alone: public addresses, no translation, and a router that lets in what was asked for (RFC 6092). */
export function ipv6only(): Topology {
  return topology('ipv6only', [router({ mapping: 'none' })], { family: 'ipv6' });
}

/** Every class by the name that the matrix gives it. */
export const TOPOLOGIES = {
  open,
  home,
  mobile,
  cgnat,
  corporate,
  corporateProxy,
  ultra,
  ultraNoWs,
  lossy,
  ipv6only,
} as const satisfies Record<string, () => Topology>;

/** @returns the same class of network on another line, such as `over(home(), { delayMs: 40 })` */
export function over(network: Topology, link: Partial<Link>): Topology {
  return { ...network, link: { ...network.link, ...link } };
}

function proxied(name: string, options: Pick<Topology, 'proxy'>): Topology {
  return topology(name, [router({ mapping: 'none', outbound: 'nothing' })], options);
}
