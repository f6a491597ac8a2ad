import { type HostAddresses, INTERNET } from './addresses.ts';
import type { Namespace } from './namespace.ts';
import { ipCommands, nftCommands, type Plan, type Setup } from './plan.ts';

/** A machine on the internet, with a public address of each family. */
export interface Host extends HostAddresses {
  readonly namespace: Namespace;
  /** The names by which everyone in the lab finds it. */
  readonly names: readonly string[];
}

/** What to make for the internet: a bridge, and the hosts on it. */
export function internetPlan(internet: Namespace, hosts: readonly Host[]): Plan {
  const everyone = hostsFile(hosts, ['ipv4', 'ipv6']);
  return {
    machines: [
      { namespace: internet, hosts: everyone },
      ...hosts.map(({ namespace }) => ({ namespace, hosts: everyone })),
    ],
    cables: hosts.map(({ namespace }, position) => ({
      ends: [
        { namespace, device: 'eth0' },
        { namespace: internet, device: hostPort(position) },
      ],
      delayMs: 0,
    })),
    setups: [bridgeSetup(internet, hosts.length), ...hosts.map(hostSetup)],
  };
}

/** @returns what `/etc/hosts` says where the names of these hosts are known */
export function hostsFile(hosts: readonly Host[], families: readonly (keyof HostAddresses)[]): string {
  const lines = ['127.0.0.1 localhost', '::1 localhost'];
  for (const host of hosts) {
    // Chromium looks a STUN or TURN server up by its absolute name, with the dot at the end.
    const names = host.names.flatMap((name) => [name, `${name}.`]).join(' ');
    for (const family of families) lines.push(`${host[family]} ${names}`);
  }
  return `${lines.join('\n')}\n`;
}

/** @returns lines of shell that have an interface use its IPv6 addresses at once instead of asking for duplicates first */
export function trustIpv6(device: string): string {
  return `echo 0 > /proc/sys/net/ipv6/conf/${device}/accept_dad\n`;
}

function hostPort(position: number): string {
  return `h${position}`;
}

function bridgeSetup(internet: Namespace, hosts: number): Setup {
  const ports = Array.from({ length: hosts }, (_, position) => `link set ${hostPort(position)} master br0 up`);
  const script = [
    ipCommands('link set lo up', 'link add br0 type bridge stp_state 0 mcast_snooping 0'),
    trustIpv6('br0'),
    'echo 1 > /proc/sys/net/ipv6/conf/all/forwarding\n',
    // What crosses the bridge is not for this machine's own rules.
    'for setting in /proc/sys/net/bridge/bridge-nf-call-*; do echo 0 > $setting; done\n',
    ipCommands(
      `addr add ${INTERNET.ipv4}/24 dev br0`,
      `addr add ${INTERNET.ipv6}/64 dev br0 nodad`,
      'link set br0 up',
      ...ports,
    ),
    nftCommands(INTERNET_RULES),
  ];
  return { namespace: internet, script: script.join('') };
}

/**
 * The bridge is one segment, which the internet is not: multicast DNS would reach everyone. The bridge itself
 * answers nobody: it holds the addresses that clients have left, and what is sent there vanishes.
 */
const INTERNET_RULES = `
table bridge segment {
  chain forward {
    type filter hook forward priority 0;
    udp dport 5353 counter drop
  }
}
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    meta l4proto icmpv6 accept
    counter
  }
}
`;

function hostSetup({ namespace, ipv4, ipv6 }: Host): Setup {
  const script = [
    trustIpv6('eth0'),
    ipCommands(
      'link set lo up',
      `addr add ${ipv4}/24 dev eth0`,
      `addr add ${ipv6}/64 dev eth0 nodad`,
      'link set eth0 up',
      `route add default via ${INTERNET.ipv4}`,
      `route add default via ${INTERNET.ipv6}`,
    ),
  ];
  return { namespace, script: script.join('') };
}
