import type { Namespace } from './namespace.ts';

/** What happens to the packets on a link. */
export interface Impairment {
  /** Each way on its own, 0 to 100. */
  readonly lossPercent: number;
  readonly udpCut: boolean;
}

/**
 * The line between a client's network and the internet, seen from the internet's end, where neither the client nor
 * its routers can tell a rule from a bad line.
 */
export class AccessLink {
  readonly #internet: Namespace;
  readonly #port: string;
  #impairment: Impairment;

  /**
   * @param internet the namespace of the bridge
   * @param port the bridge's interface towards the client
   * @param lossPercent what the line loses to begin with, already in force
   */
  constructor(internet: Namespace, port: string, lossPercent: number) {
    this.#internet = internet;
    this.#port = port;
    this.#impairment = { lossPercent, udpCut: false };
  }

  /** What is in force. */
  get impairment(): Impairment {
    return this.#impairment;
  }

  /** Changes what happens to packets from now on. */
  async impair(change: Partial<Impairment>): Promise<void> {
    const next = { ...this.#impairment, ...change };
    const rules = linkRules(this.#port, next);
    this.#impairment = next;
    await this.#internet.loadRules(rules);
  }

  /** Takes the line away, or brings it back. The other end sees its carrier go. */
  async plug(plugged: boolean): Promise<void> {
    await this.#internet.configure(`link set ${this.#port} ${plugged ? 'up' : 'down'}`);
  }
}

/** The nftables rules of one port of the bridge, replacing those that it has. */
export function linkRules(port: string, impairment: Impairment): string {
  const rules = impairmentRules(impairment).join('\n    ');
  // Naming the table first makes deleting it work whether or not it was there.
  const replace = `
table netdev ${port}
delete table netdev ${port}
`;
  if (rules === '') return replace;
  return `${replace}
table netdev ${port} {
  chain from-client {
    type filter hook ingress device "${port}" priority 0;
    ${rules}
  }
  chain to-client {
    type filter hook egress device "${port}" priority 0;
    ${rules}
  }
}
`;
}

function lossPerMille(lossPercent: number): number {
  if (!(lossPercent >= 0 && lossPercent <= 100)) throw new RangeError(`${lossPercent} is no percentage`);
  return Math.round(lossPercent * 10);
}

function impairmentRules({ lossPercent, udpCut }: Impairment): string[] {
  const rules: string[] = [];
  if (udpCut) rules.push('meta l4proto udp counter drop');
  // Not ARP: a packet of it that is lost stops everything for a second, and real lines have none between two routers.
  if (lossPercent !== 0)
    rules.push(`meta protocol { ip, ip6 } numgen random mod 1000 < ${lossPerMille(lossPercent)} counter drop`);
  return rules;
}
