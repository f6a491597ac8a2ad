import { NOT_LOOPBACK, NOT_PUBLIC } from './denied-peers.ts';
import { type CoturnLimits, limitsOf } from './limits.ts';

/** What a coturn configuration is rendered from. */
export interface CoturnOptions {
  /** Addresses to listen on and to relay from; all of the machine's where the list is empty. */
  readonly addresses: readonly string[];
  /** The public address of each private one in `addresses`, where a NAT is in front of the machine. */
  readonly external?: readonly { readonly publicAddress: string; readonly privateAddress: string }[];
  /** UDP and TCP. */
  readonly port: number;
  /**
   * Further ports for UDP and TCP, such as 80; they need `addresses`. coturn tells TLS from plain TCP by the first bytes, so
   * with `tls` they carry both, and a second port for TLS, such as 5349 beside 443, is one of these.
   */
  readonly extraPorts?: readonly number[];
  /** TURN over TLS. */
  readonly tls?: { readonly port: number; readonly certificate: string; readonly key: string };
  readonly relayPorts: { readonly min: number; readonly max: number };
  /** Shared with whoever issues credentials; two while they are changed. Where there is none, they are in its database. */
  readonly secrets: readonly string[];
  readonly realm: string;
  /** Folder for the process-id file and the user database. */
  readonly folder: string;
  /** The whole service lives on loopback: peers there are the only ones allowed. */
  readonly loopbackOnly: boolean;
  /** Where they differ from the usual ones. */
  readonly limits?: Partial<CoturnLimits>;
  /** Further ranges, or single addresses, that are no peers, such as public ones of a network of one's own. */
  readonly deniedPeers?: readonly string[];
  /** Where Prometheus may ask; nowhere where it is left out. Debian's coturn is built without and ignores it. */
  readonly prometheus?: { readonly address: string; readonly port: number };
}

/**
 * The configuration file of coturn: the only one that there is, for the managed child, the lab, and every deployment.
 *
 * Its own address stays a peer, though it is denied with the rest where it is private: two people who have nothing but TCP
 * meet there, each in an allocation of their own. coturn cannot tell the ports of a peer apart, but relays over UDP alone
 * (`no-tcp-relay`), so no service over TCP on the machine is within reach.
 *
 * @returns its text; it holds the secret, so keep the file to the user that runs coturn
 */
export function coturnConfig(options: CoturnOptions): string {
  const { realm, folder, secrets } = options;
  const lines = [
    // First, because coturn opens a file in /var/log at the first line that it does not know.
    'log-file=stdout',
    'simple-log',
    // Without a database of its own coturn opens the one of the system.
    `userdb=${folder}/turndb`,
    `pidfile=${folder}/turnserver.pid`,
    '',
    '# Where it listens',
    ...listeningLines(options),
    '',
    '# Who may use it',
    `realm=${realm}`,
    'use-auth-secret',
    ...secrets.map((secret) => `static-auth-secret=${secret}`),
    // A nonce that somebody else saw is worth nothing after ten minutes (RFC 8489 section 9.2.4 asks for an expiry).
    'stale-nonce=600',
    '',
    '# How much of it: allocations for a wallet and in all, bytes a second for an allocation and in all',
    ...limitLines(limitsOf(options.limits ?? {}, options.relayPorts)),
    '',
    '# Whom it relays to',
    ...peerLines(options),
    '',
    '# What it says and lets others do',
    'fingerprint',
    'no-cli',
    'no-software-attribute',
    // A longer answer to a Binding request is what makes a STUN server worth abusing as an amplifier.
    'no-rfc5780',
    'no-stun-backward-compatibility',
    'response-origin-only-with-rfc5780',
    ...prometheusLines(options.prometheus),
  ];
  return `${lines.join('\n')}\n`;
}

function listeningLines({ addresses, external = [], port, extraPorts = [], tls, relayPorts }: CoturnOptions): string[] {
  return [
    ...addresses.flatMap((address) => [`listening-ip=${address}`, `relay-ip=${address}`]),
    ...external.map(({ publicAddress, privateAddress }) => `external-ip=${publicAddress}/${privateAddress}`),
    `listening-port=${port}`,
    ...addresses.flatMap((address) => extraPorts.map((extra) => `aux-server=${bracketed(address)}:${extra}`)),
    ...(tls ? tlsLines(tls) : ['no-tls']),
    // No browser speaks TURN over DTLS.
    'no-dtls',
    `min-port=${relayPorts.min}`,
    `max-port=${relayPorts.max}`,
  ];
}

/** TLS 1.2 and newer (RFC 8996). */
const tlsLines = ({ port, certificate, key }: NonNullable<CoturnOptions['tls']>) => [
  `tls-listening-port=${port}`,
  `cert=${certificate}`,
  `pkey=${key}`,
  'no-tlsv1',
  'no-tlsv1_1',
];

const limitLines = (limits: CoturnLimits) => [
  `user-quota=${limits.userQuota}`,
  `total-quota=${limits.totalQuota}`,
  `max-bps=${limits.maxBytesPerSecond}`,
  `bps-capacity=${limits.capacityBytesPerSecond}`,
];

function peerLines({ addresses, loopbackOnly, deniedPeers = [] }: CoturnOptions): string[] {
  return [
    'no-tcp-relay',
    'no-multicast-peers',
    ...(loopbackOnly ? ['allow-loopback-peers'] : []),
    ...[...(loopbackOnly ? NOT_LOOPBACK : NOT_PUBLIC), ...deniedPeers].map((range) => `denied-peer-ip=${range}`),
    // Two clients of this relay meet at its own address, which may be a private one.
    ...addresses.map((address) => `allowed-peer-ip=${address}`),
  ];
}

/** Without `prometheus-username-labels`: there would be a series for each wallet, with its name. */
const prometheusLines = (prometheus: CoturnOptions['prometheus']): string[] =>
  prometheus ? ['prometheus', `prometheus-address=${prometheus.address}`, `prometheus-port=${prometheus.port}`] : [];

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);
