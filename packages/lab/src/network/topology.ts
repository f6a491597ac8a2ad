/**
 * How a router translates (RFC 4787, section 4.1).
 *
 * - `none`: it does not.
 * - `endpoint-independent`: one public port for everything that a private port sends, kept the same where it is free.
 * - `address-and-port-dependent`: another public port for each destination, at random; known as symmetric.
 */
export type Mapping = 'none' | 'endpoint-independent' | 'address-and-port-dependent';

/** What a router lets out. Answers come in through what went out and nothing else does (filtering, section 5). */
export type Outbound = 'everything' | 'nothing' | { readonly tcp: readonly number[] };

/** One router with a WAN side and a LAN side. */
export interface Router {
  readonly mapping: Mapping;
  readonly outbound: Outbound;
  /** After how many idle seconds a UDP mapping ends: before an answer came, and after (RFC 4787, REQ-5: 120 or more). */
  readonly udpTimeoutSeconds: { readonly unanswered: number; readonly answered: number };
}

/** The line between a network and the internet. */
export interface Link {
  /** Packets lost on the way, each way on its own, 0 to 100. */
  readonly lossPercent: number;
  /** Time that a packet takes, each way, in milliseconds. */
  readonly delayMs: number;
}

/**
 * What the proxy on the first router does with `CONNECT`.
 *
 * - `tunnel`: passes the bytes on, to port 443 alone.
 * - `intercept`: ends TLS with a certificate of its own authority and reads the HTTP inside, WebSocket included.
 * - `intercept-without-websocket`: as before, and takes `Upgrade` out of requests.
 */
export type ProxyMode = 'tunnel' | 'intercept' | 'intercept-without-websocket';

/** A kind of network to be a client of. */
export interface Topology {
  /** As the matrix shows it. */
  readonly name: string;
  readonly family: 'ipv4' | 'ipv6';
  /** From the client outwards. Without any, the client has its address on the internet itself. */
  readonly routers: readonly Router[];
  readonly link: Link;
  readonly proxy?: ProxyMode;
}

/** The address of a proxy is the router's own on the client's network, with this port. */
export const PROXY_PORT = 3128;

/** The least that RFC 4787, REQ-5, allows. */
const PATIENT = { unanswered: 120, answered: 120 };

/** @returns a router, a patient one that maps independently of endpoints and lets everything out unless told otherwise */
export function router(options: Partial<Router> = {}): Router {
  return { mapping: 'endpoint-independent', outbound: 'everything', udpTimeoutSeconds: PATIENT, ...options };
}

/** @returns a topology: an IPv4 client on a line without loss or delay unless told otherwise */
export function topology(name: string, routers: readonly Router[], options: Partial<Topology> = {}): Topology {
  return { name, family: 'ipv4', routers, link: { lossPercent: 0, delayMs: 0 }, ...options };
}
