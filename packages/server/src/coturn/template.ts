/** What a coturn configuration is rendered from. */
export interface CoturnOptions {
  /** Addresses to listen on and to relay from; all of the machine's where the list is empty. */
  readonly addresses: readonly string[];
  /** UDP and TCP. */
  readonly port: number;
  /** Further ports for UDP and TCP, such as 80; they need `addresses`. */
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
}

/**
 * Everything that a relay on the internet must not reach: private, shared, loopback, link-local (with the cloud's metadata
 * address), benchmarking, multicast and reserved ranges (RFC 6890), IPv4 and IPv6.
 *
 * No range may begin at `::`: coturn 4.6 takes that for "any address" and then denies all of IPv4. The unspecified
 * addresses themselves it refuses by itself.
 */
const NOT_PUBLIC = [
  '0.0.0.0-0.255.255.255',
  '10.0.0.0-10.255.255.255',
  '100.64.0.0-100.127.255.255',
  '127.0.0.0-127.255.255.255',
  '169.254.0.0-169.254.255.255',
  '172.16.0.0-172.31.255.255',
  '192.0.0.0-192.0.0.255',
  '192.168.0.0-192.168.255.255',
  '198.18.0.0-198.19.255.255',
  '224.0.0.0-255.255.255.255',
  '::1-::1',
  '::ffff:0:0-::ffff:ffff:ffff',
  '64:ff9b::-64:ff9b::ffff:ffff',
  'fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
] as const;

/** Everything but loopback, for a service that lives there. */
const NOT_LOOPBACK = [
  '0.0.0.0-126.255.255.255',
  '128.0.0.0-255.255.255.255',
  '::2-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
] as const;

/**
 * The configuration file of coturn.
 *
 * @returns its text; it holds the secret, so keep the file to the user that runs coturn
 */
export function coturnConfig(options: CoturnOptions): string {
  const { addresses, port, extraPorts = [], tls, relayPorts, secrets, realm, folder, loopbackOnly } = options;
  const lines = [
    ...addresses.flatMap((address) => [`listening-ip=${address}`, `relay-ip=${address}`]),
    `listening-port=${port}`,
    ...addresses.flatMap((address) => extraPorts.map((extra) => `aux-server=${bracketed(address)}:${extra}`)),
    ...(tls ? tlsLines(tls) : ['no-tls', 'no-dtls']),
    `min-port=${relayPorts.min}`,
    `max-port=${relayPorts.max}`,
    `realm=${realm}`,
    'fingerprint',
    'use-auth-secret',
    ...secrets.map((secret) => `static-auth-secret=${secret}`),
    'no-cli',
    'no-multicast-peers',
    ...(loopbackOnly ? ['allow-loopback-peers'] : []),
    ...(loopbackOnly ? NOT_LOOPBACK : NOT_PUBLIC).map((range) => `denied-peer-ip=${range}`),
    // Two clients of this relay meet at its own address, which may be a private one.
    ...addresses.map((address) => `allowed-peer-ip=${address}`),
    // Without a database of its own coturn opens the one of the system.
    `userdb=${folder}/turndb`,
    `pidfile=${folder}/turnserver.pid`,
    'log-file=stdout',
    'simple-log',
  ];
  return `${lines.join('\n')}\n`;
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

const tlsLines = ({ port, certificate, key }: NonNullable<CoturnOptions['tls']>) => [
  `tls-listening-port=${port}`,
  `cert=${certificate}`,
  `pkey=${key}`,
  'no-tlsv1',
  'no-tlsv1_1',
];
