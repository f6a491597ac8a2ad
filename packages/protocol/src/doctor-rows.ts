import * as v from 'valibot';
import { UrlHealth } from './http.ts';

/** How a check ended. `unknown` is not `failed`: it could not be found out here. */
export const OUTCOMES = ['ok', 'failed', 'unknown'] as const;
/** How a check ended. */
export type CheckOutcome = (typeof OUTCOMES)[number];

/** Why a check did not end well. Those of the STUN client, of TLS and HTTP, and the error codes of a server's refusal. */
export const CHECK_REASONS = [
  'unresolvable',
  'refused',
  'unreachable',
  'timeout',
  /** The run's deadline came first. */
  'deadline',
  'tls',
  'certificate_expired',
  'certificate_not_yet_valid',
  'certificate_name',
  'certificate_untrusted',
  'certificate_chain',
  /** The proxy answered `CONNECT` with an error. */
  'proxy_refused',
  /** The proxy wants to know who asks (407). */
  'proxy_auth',
  /** Answered, but not as anypath does: HTML, or another status. */
  'not_anypath',
  'redirected',
  'unauthorized',
  'rejected',
  'malformed',
  'no_echo',
  /** The address that was given is private, and nobody outside reaches it. */
  'private_address',
  'unauthenticated',
  'rate_limited',
  'feature_disabled',
  'ice_unavailable',
  /** What it needs was not to be had: credentials, or an earlier check. */
  'not_tried',
  'unsupported',
  'failed',
] as const;
/** Why a check did not end well. */
export type CheckReason = (typeof CHECK_REASONS)[number];

const common = {
  /** What was checked: a host and port, a URI, a URL. */
  subject: v.string(),
  outcome: v.picklist(OUTCOMES),
  reason: v.exactOptional(v.picklist(CHECK_REASONS)),
  /** How long it took, milliseconds. */
  ms: v.exactOptional(v.number()),
  /** The words of the system or the server, for experts. */
  detail: v.exactOptional(v.string()),
};

const viaProxy = v.boolean();
const transport = v.picklist(['udp', 'tcp', 'tls']);

/** What carries the messages to a STUN or TURN server. */
export type CheckTransport = v.InferOutput<typeof transport>;

/** How a router maps ports (RFC 4787 section 4.1); `none` where it translates nothing. */
export const NAT_MAPPINGS = [
  'none',
  'endpoint-independent',
  'address-dependent',
  'address-and-port-dependent',
  'unknown',
] as const;
/** Whose packets come in (RFC 4787 section 5): anybody's, or only of who was written to. */
export const NAT_FILTERINGS = [
  'none',
  'address-dependent',
  'address-and-port-dependent',
  'filtered',
  'unknown',
] as const;

/** One check of the doctor and what it found. */
export const CheckRow = v.variant('check', [
  /** Name resolution. */
  v.object({ check: v.literal('names'), ...common, ipv4: v.array(v.string()), ipv6: v.array(v.string()) }),
  /** Addresses of this computer that lead outside, without loopback and link-local ones. */
  v.object({ check: v.literal('addresses'), ...common, ipv4: v.array(v.string()), ipv6: v.array(v.string()) }),
  /** The proxy that the environment or the system names for the server. */
  v.object({ check: v.literal('proxy'), ...common, source: v.picklist(['environment', 'system']) }),
  /** A TCP connection, without a proxy. */
  v.object({ check: v.literal('tcp'), ...common, port: v.number() }),
  /** A TLS handshake, and the certificate that was shown. */
  v.object({
    check: v.literal('tls'),
    ...common,
    viaProxy,
    /** Who signed the certificate. */
    issuer: v.exactOptional(v.string()),
    /** Whether it leads to an authority that Node knows by itself; where not, it is a private one. */
    publicRoot: v.exactOptional(v.boolean()),
    names: v.exactOptional(v.array(v.string())),
    /** Until it expires; negative once it has. */
    daysLeft: v.exactOptional(v.number()),
  }),
  /** `GET /healthz`. */
  v.object({
    check: v.literal('web'),
    ...common,
    viaProxy,
    status: v.exactOptional(v.number()),
    version: v.exactOptional(v.string()),
    /** The server's clock minus this one, milliseconds; a second is as exact as it gets. */
    skewMs: v.exactOptional(v.number()),
  }),
  /** A plain HTTP request, which captive portals answer themselves. */
  v.object({
    check: v.literal('portal'),
    ...common,
    status: v.exactOptional(v.number()),
    /** Where it was sent to instead. */
    location: v.exactOptional(v.string()),
  }),
  /** `GET /readyz`: what the server itself finds at its TURN servers. */
  v.object({ check: v.literal('readiness'), ...common, urls: v.array(UrlHealth) }),
  /** The request for ICE servers. */
  v.object({
    check: v.literal('ice'),
    ...common,
    /** Where the credentials come from. */
    source: v.picklist(['token', 'public', 'development', 'secret', 'given', 'none']),
    provider: v.exactOptional(v.string()),
    ttlSeconds: v.exactOptional(v.number()),
    /** Until the credentials end by this computer's clock; negative once they have. */
    leftSeconds: v.exactOptional(v.number()),
    skewMs: v.exactOptional(v.number()),
    urls: v.array(v.string()),
  }),
  /** A Socket.IO connection over one transport. */
  v.object({
    check: v.literal('socket'),
    ...common,
    transport: v.picklist(['websocket', 'polling']),
    viaProxy,
    /** The HTTP status of a refusal. */
    status: v.exactOptional(v.number()),
  }),
  /** Messages to the server and back, as the live relay carries them. */
  v.object({
    check: v.literal('relay'),
    ...common,
    transport: v.picklist(['websocket', 'polling']),
    rttMs: v.exactOptional(v.number()),
    sent: v.number(),
    received: v.number(),
  }),
  /** A STUN binding. */
  v.object({
    check: v.literal('stun'),
    ...common,
    transport,
    viaProxy,
    port: v.number(),
    family: v.exactOptional(v.picklist([4, 6])),
    /** This computer as the server sees it. */
    mapped: v.exactOptional(v.string()),
    rttMs: v.exactOptional(v.number()),
    /** How often the request was sent; above 1 some of it was lost. */
    transmissions: v.exactOptional(v.number()),
    /** Whether this is a server elsewhere that was named for comparison. */
    isReference: v.exactOptional(v.boolean()),
  }),
  /** A TURN allocation and packets through it to itself and back. */
  v.object({
    check: v.literal('turn'),
    ...common,
    transport,
    viaProxy,
    port: v.number(),
    allocateMs: v.exactOptional(v.number()),
    relayed: v.exactOptional(v.string()),
    mapped: v.exactOptional(v.string()),
    sent: v.exactOptional(v.number()),
    received: v.exactOptional(v.number()),
    rttMs: v.exactOptional(v.number()),
    /** Mean difference of two round trips in a row, milliseconds. */
    jitterMs: v.exactOptional(v.number()),
    /** What came back of as much as could be sent, where it was asked for. */
    kbitPerSecond: v.exactOptional(v.number()),
  }),
  /** The largest packet that came back through TURN over UDP. */
  v.object({ check: v.literal('mtu'), ...common, largestBytes: v.exactOptional(v.number()), triedBytes: v.number() }),
  /** What the router does to UDP. */
  v.object({
    check: v.literal('nat'),
    ...common,
    mapping: v.picklist(NAT_MAPPINGS),
    filtering: v.picklist(NAT_FILTERINGS),
    /** Destinations that were compared. */
    observations: v.number(),
  }),
  /** Packets between this computer and the relay's ports, past TURN. */
  v.object({ check: v.literal('range'), ...common, relayed: v.exactOptional(v.string()) }),
  /** For operators: private addresses that the relay must not reach. */
  v.object({ check: v.literal('peers'), ...common, allowed: v.array(v.string()) }),
]);
/** One check of the doctor and what it found. */
export type CheckRow = v.InferOutput<typeof CheckRow>;
/** Name of a check. */
export type CheckName = CheckRow['check'];
/** The rows of one check. */
export type RowOf<N extends CheckName> = Extract<CheckRow, { check: N }>;
