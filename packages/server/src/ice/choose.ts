import { parseIceUri } from '@anypath/stun';
import type { Health } from './health.ts';

/** A TURN address that may go into an answer. */
export interface Candidate {
  readonly url: string;
  readonly health: Health;
}

/** The transports that matter, the quickest first: plain, where UDP is blocked, and where only TLS passes. */
const TRANSPORTS: readonly string[] = ['udp', 'tcp', 'tls'];
/** Where a transport is wanted, these ports pass the most firewalls (SPEC S3.1). */
const PORTS: Readonly<Record<string, readonly number[]>> = { udp: [3478], tcp: [80, 443, 3478], tls: [443, 5349] };
/** Servers whose times differ by less are equally near, milliseconds. */
const NEAR_MS = 25;

/**
 * The addresses to hand out (SPEC S3.1): one for each transport, of the nearest server that works, and then the next best.
 *
 * @param candidates in the order of the configuration
 * @param max how many
 * @returns the best first; none that is down
 */
export function chooseUrls(candidates: readonly Candidate[], max: number): string[] {
  const ranked = rank(candidates.filter(({ health }) => health.state !== 'down'));
  const first = TRANSPORTS.flatMap((transport) => ranked.find((each) => each.transport === transport) ?? []);
  const rest = ranked.filter((each) => !first.includes(each));
  const hosts = new Set(first.map(({ host }) => host));
  // What is left is for redundancy: another machine helps more than another port.
  const spare = [...rest.filter(({ host }) => !hosts.has(host)), ...rest.filter(({ host }) => hosts.has(host))];
  return [...first, ...spare].slice(0, max).map(({ url }) => url);
}

interface Ranked extends Candidate {
  readonly transport: string;
  readonly host: string;
}

function rank(candidates: readonly Candidate[]): Ranked[] {
  const parsed = candidates.map((each) => ({ ...each, ...parseIceUri(each.url) }));
  const nearest = (host: string): number => {
    const times = parsed.filter((each) => each.host === host).map(({ health }) => health.allocateMs ?? 0);
    return Math.round(Math.min(...times) / NEAR_MS);
  };
  const portRank = ({ transport, port }: (typeof parsed)[number]): number => {
    const at = PORTS[transport]?.indexOf(port) ?? -1;
    return at < 0 ? 9 : at;
  };
  return parsed
    .map((each) => ({
      each,
      // Compared from left to right.
      key: [Number(each.health.state !== 'up'), nearest(each.host), TRANSPORTS.indexOf(each.transport), portRank(each)],
    }))
    .filter(({ key }) => key[2] !== -1)
    .sort((a, b) => compare(a.key, b.key))
    .map(({ each }) => each);
}

/** Sorting is stable, so what is equal stays in the order of the configuration. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
