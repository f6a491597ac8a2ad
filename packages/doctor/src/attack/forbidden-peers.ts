/** An address that a relay must not talk to. */
export interface ForbiddenPeer {
  readonly address: string;
  /** Other ways to write it, of which a server may know less. */
  readonly aliases?: readonly string[];
}

/**
 * One address of each kind that a relay on the internet must not reach (RFC 6890), and the ways around a list of them: IPv4
 * addresses inside of IPv6 ones, as mapped (RFC 4291), compatible, NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056) and Teredo
 * (RFC 4380), and the unspecified address, which many systems take for their own.
 */
export const FORBIDDEN_PEERS: readonly ForbiddenPeer[] = [
  { address: '10.0.0.1' },
  { address: '172.16.0.1' },
  { address: '192.168.0.1' },
  { address: '100.64.0.1' },
  { address: '127.0.0.1', aliases: ['127.1.2.3', '0.0.0.0'] },
  { address: '169.254.0.1' },
  // Metadata: most clouds, Alibaba, Oracle, and the host of an Azure machine.
  { address: '169.254.169.254' },
  { address: '100.100.100.200' },
  { address: '192.0.0.192' },
  { address: '168.63.129.16' },
  { address: '198.18.0.1' },
  { address: '224.0.0.1' },
  { address: '240.0.0.1' },
  { address: '255.255.255.255' },
  { address: '::1', aliases: ['::'] },
  { address: '::ffff:10.0.0.1' },
  { address: '::ffff:127.0.0.1' },
  { address: '::ffff:169.254.169.254' },
  { address: '::10.0.0.1' },
  { address: '64:ff9b::10.0.0.1' },
  { address: '64:ff9b:1::10.0.0.1' },
  { address: '2002:a00:1::1' },
  { address: '2001:0:a00:1::1' },
  { address: 'fc00::1' },
  // Metadata of AWS.
  { address: 'fd00:ec2::254' },
  { address: 'fe80::1' },
  { address: 'fec0::1' },
  { address: 'ff02::1' },
];
