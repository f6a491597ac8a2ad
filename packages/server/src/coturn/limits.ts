/** How much one person, and all together, may take of a relay. */
export interface CoturnLimits {
  /**
   * Allocations at the same time for one user name; with a shared secret that is what follows the expiry, the wallet.
   */
  readonly userQuota: number;
  /** Allocations at the same time, of everybody. */
  readonly totalQuota: number;
  /** Bytes a second of one allocation, each way. */
  readonly maxBytesPerSecond: number;
  /**
   * Bytes a second of all allocations. coturn takes `maxBytesPerSecond` from it for each allocation, used or not, and
   * refuses the next one (486) when it is used up.
   */
  readonly capacityBytesPerSecond: number;
}

/**
 * Chromium makes one allocation for an address over UDP and two for each over TCP or TLS (measured): five for the three
 * addresses of an answer, ten while a link replaces its connection by another. That leaves a wallet a dozen links.
 */
const USER_QUOTA = 120;

/** coturn 4.6 keeps 22 kB for an idle allocation (measured): 104 MB for all of these, which the smallest rented machine has. */
const TOTAL_QUOTA = 4_000;

/** 20 Mbit/s: a call in 1080p takes 4 to 8 Mbit/s, and a file may come beside it. */
const MAX_BYTES_PER_SECOND = 2_500_000;

/**
 * The limits of a configuration.
 *
 * @param given what the operator wants otherwise
 * @param relayPorts an allocation takes one port of them (RFC 8656 section 7.2), so the total is never above their number
 */
export function limitsOf(
  given: Partial<CoturnLimits>,
  relayPorts: { readonly min: number; readonly max: number },
): CoturnLimits {
  const totalQuota = given.totalQuota ?? Math.min(TOTAL_QUOTA, relayPorts.max - relayPorts.min + 1);
  const maxBytesPerSecond = given.maxBytesPerSecond ?? MAX_BYTES_PER_SECOND;
  return {
    userQuota: given.userQuota ?? Math.min(USER_QUOTA, totalQuota),
    totalQuota,
    maxBytesPerSecond,
    // Whoever is within the quota is never refused for bandwidth, since most allocations of a connection carry nothing.
    capacityBytesPerSecond: given.capacityBytesPerSecond ?? totalQuota * maxBytesPerSecond,
  };
}
