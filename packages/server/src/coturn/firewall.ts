import { ConfigError } from '../config.ts';
import type { CoturnOptions } from './template.ts';

/** On packets of the relay to its own machine; any number that nobody else uses. */
const MARK = '0x616e7970';

/**
 * Rules for nftables that close to the relay whatever else listens over UDP on the machine. coturn must relay to the machine's
 * own address, where two allocations meet, and cannot tell its ports apart; a packet that it sends there comes over the
 * loopback, where a firewall for what is outside does not look. Between relay ports everything passes, and so do answers to
 * clients on the machine itself, which come from other ports.
 *
 * The packet is marked on its way out and dropped on its way in: dropped on its way out it is an error of the socket, after
 * which coturn 4.6 passes nothing more for that allocation (tried). Loading the rules again replaces them; `nft delete table
 * inet anypath_turn` takes them back.
 *
 * @param user whom coturn runs as; on a machine without that user nft refuses the rules
 * @returns what `nft -f` reads
 * @throws ConfigError where that is no name of a user
 */
export function relayFirewall({ relayPorts: { min, max } }: Pick<CoturnOptions, 'relayPorts'>, user: string): string {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user))
    throw new ConfigError(`--user: ${JSON.stringify(user.slice(0, 80))} is no name of a user.`);
  const ports = `${min}-${max}`;
  return `table inet anypath_turn
delete table inet anypath_turn
table inet anypath_turn {
  chain output {
    type filter hook output priority filter
    meta skuid "${user}" oifname "lo" udp sport ${ports} udp dport != ${ports} meta mark set ${MARK}
  }
  chain input {
    type filter hook input priority filter
    iifname "lo" meta mark ${MARK} counter drop
  }
}
`;
}
