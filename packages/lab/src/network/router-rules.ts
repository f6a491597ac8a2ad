import type { Mapping, Outbound, Router } from './topology.ts';

/** What becomes of TCP segments whose connection the router does not know (any more). */
export type StrayTcp = 'silent' | 'reset';

/**
 * The nftables rules of one router, whose sides are called `lan` and `wan`.
 *
 * On its WAN side a router drops in silence: where it answers with ICMP, two home NATs never meet, because
 * the refused packet leaves a state behind that has the later mapping moved to another port.
 */
export function routerRules(router: Router): string {
  return `
table inet filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ct state invalid jump strays
    ${outboundRule(router.outbound)}
    counter
  }
  chain strays {
    ${strayVerdict('silent')}
  }
  chain input {
    type filter hook input priority filter; policy drop;
    iifname { "lo", "lan" } accept
    ct state established,related accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, nd-router-advert } accept
    counter
  }
}
${translation(router.mapping)}`;
}

/** The rules that make a running router treat stray TCP in another way. */
export function strayRules(stray: StrayTcp): string {
  return `
flush chain inet filter strays
table inet filter {
  chain strays {
    ${strayVerdict(stray)}
  }
}
`;
}

/** The kernel's settings for a router, as lines of shell. */
export function routerSettings(router: Router): string {
  const { unanswered, answered } = router.udpTimeoutSeconds;
  return `
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
echo 1 > /proc/sys/net/ipv6/conf/all/keep_addr_on_down
echo ${unanswered} > /proc/sys/net/netfilter/nf_conntrack_udp_timeout
echo ${answered} > /proc/sys/net/netfilter/nf_conntrack_udp_timeout_stream
# A connection that the router has forgotten stays forgotten; Linux would otherwise take it up again in mid-stream.
echo 0 > /proc/sys/net/netfilter/nf_conntrack_tcp_loose
`;
}

function outboundRule(outbound: Outbound): string {
  if (outbound === 'everything') return 'iifname "lan" accept';
  if (outbound === 'nothing') return '';
  return `iifname "lan" tcp dport { ${outbound.tcp.join(', ')} } accept`;
}

function strayVerdict(stray: StrayTcp): string {
  const reset = 'iifname "lan" meta l4proto tcp counter reject with tcp reset';
  return stray === 'reset' ? `${reset}\n    counter drop` : 'counter drop';
}

function translation(mapping: Mapping): string {
  if (mapping === 'none') return '';
  const random = mapping === 'address-and-port-dependent' ? ' fully-random' : '';
  return `
table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "wan" masquerade${random}
  }
}
`;
}
