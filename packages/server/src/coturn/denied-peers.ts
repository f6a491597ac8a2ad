/**
 * Everything that a relay on the internet must not reach, IPv4: what IANA's registry of special-purpose addresses (RFC 6890)
 * does not call globally reachable, multicast, and the reserved rest, the metadata address of clouds (169.254.169.254) among
 * them. The ranges for documentation are left out: nobody routes them, and laboratories live in them.
 */
const NOT_PUBLIC_IPV4 = [
  '0.0.0.0-0.255.255.255',
  '10.0.0.0-10.255.255.255',
  '100.64.0.0-100.127.255.255',
  '127.0.0.0-127.255.255.255',
  '169.254.0.0-169.254.255.255',
  '172.16.0.0-172.31.255.255',
  '192.0.0.0-192.0.0.255',
  // The anycast relays of 6to4 (RFC 7526) lead into other networks.
  '192.88.99.0-192.88.99.255',
  '192.168.0.0-192.168.255.255',
  '198.18.0.0-198.19.255.255',
  '224.0.0.0-255.255.255.255',
  // Public in form, yet it is the machine's own host on Azure ("What is IP address 168.63.129.16", Microsoft).
  '168.63.129.16-168.63.129.16',
] as const;

/**
 * IPv6: all but global unicast, which is 2000::/3 (RFC 4291 section 2.4), and in it the prefixes that hold an IPv4 address,
 * which may be a private one: Teredo 2001::/32 (RFC 4380) and 6to4 2002::/16 (RFC 3056). What is below 2000:: has loopback,
 * IPv4-mapped and IPv4-compatible addresses and both NAT64 prefixes (64:ff9b::/96, 64:ff9b:1::/48); what is above 3fff::
 * has unique local (with AWS's metadata, fd00:ec2::254), link-local and multicast ones.
 *
 * No range may begin at `::`: coturn 4.6 takes that for "any address" and then denies all of IPv4. The unspecified
 * addresses themselves it refuses by itself.
 */
const NOT_PUBLIC_IPV6 = [
  '::1-1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  '2001::-2001:0:ffff:ffff:ffff:ffff:ffff:ffff',
  '2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  '4000::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
] as const;

/** Ranges that a relay on the internet must not reach, as `denied-peer-ip` takes them. */
export const NOT_PUBLIC: readonly string[] = [...NOT_PUBLIC_IPV4, ...NOT_PUBLIC_IPV6];

/** Everything but loopback, for a service that lives there. */
export const NOT_LOOPBACK: readonly string[] = [
  '0.0.0.0-126.255.255.255',
  '128.0.0.0-255.255.255.255',
  '::2-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
];
