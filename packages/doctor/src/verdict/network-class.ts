import type { Confidence, NetworkClass, NetworkTrait, RowOf, Verdict } from '@anypath/protocol';
import { addressOf, isPrivateAddress } from './addresses.ts';
import { type Evidence, hasFailed, isOk, wasAnswered } from './evidence.ts';

type Named = readonly [NetworkClass, Confidence];

/** Loss from which a line counts as bad, percent of packets there and back. */
const LOSSY_PERCENT = 3;
/** What WebRTC sends in one packet at most (RFC 8831 section 5), and TURN's header. */
const NEEDED_BYTES = 1200;

/** The class of the network, how sure that is, and what else it is known for. */
export function networkOf(evidence: Evidence): Verdict['network'] {
  const [name, sure] = classOf(evidence);
  return { class: name, sure, traits: traitsOf(evidence) };
}

function classOf(evidence: Evidence): Named {
  if (evidence.udpPasses) return byNat(evidence.row('nat'), evidence);
  if (evidence.tcpPasses) return withoutUdp(evidence);
  if (evidence.webViaProxy) return behindProxy(evidence);
  return ['unknown', 'guess'];
}

function byNat(nat: RowOf<'nat'> | undefined, evidence: Evidence): Named {
  switch (nat?.mapping) {
    case 'none':
      if (nat.filtering === 'none') return ['open', 'sure'];
      // A firewall that lets in what was asked for: as far as peers can tell, a home router.
      return nat.filtering === 'unknown' ? ['open', 'likely'] : ['home', 'sure'];
    case 'endpoint-independent':
      // A browser hides its own address, so that an open network looks the same.
      if (evidence.isBrowser) return ['home', 'likely'];
      return ['home', nat.observations > 1 ? 'sure' : 'guess'];
    case 'address-dependent':
    case 'address-and-port-dependent':
      return ['mobile', 'sure'];
    default:
      return [evidence.isBrowser || isTranslated(evidence) ? 'home' : 'unknown', 'guess'];
  }
}

/** A browser does not see how its port is mapped, but sees whether its address is. */
function isTranslated(evidence: Evidence): boolean {
  const mapped = evidence.rows('stun').find((row) => row.transport === 'udp' && isOk(row))?.mapped;
  const own = evidence.row('addresses');
  return mapped !== undefined && own !== undefined && ![...own.ipv4, ...own.ipv6].includes(addressOf(mapped));
}

function withoutUdp(evidence: Evidence): Named {
  const turns = evidence.rows('turn').filter(({ transport }) => transport !== 'udp');
  if (evidence.isIntercepted) return ['ultra-restrictive', 'likely'];
  if (!evidence.udpFails || blameOf(evidence) === 'server') return ['unknown', 'guess'];
  if (turns.some(wasAnswered)) {
    return ['corporate', blameOf(evidence) === 'here' && !evidence.isBrowser ? 'sure' : 'likely'];
  }
  if (evidence.isBrowser && turns.some(hasFailed)) return ['ultra-restrictive', 'guess'];
  return ['corporate', 'guess'];
}

function behindProxy(evidence: Evidence): Named {
  const tunnelled = [...evidence.rows('turn'), ...evidence.rows('stun')].filter(({ viaProxy }) => viaProxy);
  if (tunnelled.some(wasAnswered)) return ['proxy-only', 'sure'];
  if (evidence.isIntercepted) return ['ultra-restrictive', 'sure'];
  if (tunnelled.some(hasFailed)) return ['ultra-restrictive', 'likely'];
  return ['proxy-only', 'guess'];
}

/** Whose fault it is that nothing comes back over UDP. */
export function blameOf(evidence: Evidence): 'here' | 'server' | 'unknown' {
  const { referenceAnswers, serversViewOfUdp } = evidence;
  if (referenceAnswers !== undefined) return referenceAnswers ? 'server' : 'here';
  if (serversViewOfUdp === 'unknown') return 'unknown';
  return serversViewOfUdp === 'down' ? 'server' : 'here';
}

/** The worst loss that packets through TURN over UDP saw, there and back, percent. */
export function lossOf(evidence: Evidence): number {
  const losses = evidence
    .rows('turn')
    .filter(({ transport, sent }) => transport === 'udp' && sent !== undefined && sent > 0)
    .map(({ sent = 1, received = 0 }) => (100 * (sent - received)) / sent);
  return Math.max(0, ...losses);
}

/** Whether packets as large as WebRTC's are lost where smaller ones are not. */
export function largestPacket(evidence: Evidence): number | undefined {
  const sizes = evidence.rows('mtu').flatMap(({ largestBytes }) => largestBytes ?? []);
  return sizes.length === 0 ? undefined : Math.min(...sizes);
}

/** Whether this computer has an address of IPv6 and none of IPv4. */
function isIpv6Only(evidence: Evidence): boolean {
  const own = evidence.row('addresses');
  return own !== undefined && own.ipv4.length === 0 && own.ipv6.some((address) => !isPrivateAddress(address));
}

/** Whether WebSocket fails where long-polling works. */
export function lacksWebSocket(evidence: Evidence): boolean {
  const sockets = evidence.rows('socket');
  const websocket = sockets.filter(({ transport }) => transport === 'websocket');
  return (
    websocket.some(hasFailed) &&
    !websocket.some(isOk) &&
    sockets.some((row) => row.transport === 'polling' && isOk(row))
  );
}

function traitsOf(evidence: Evidence): NetworkTrait[] {
  const largest = largestPacket(evidence);
  const traits: [NetworkTrait, boolean][] = [
    ['lossy', lossOf(evidence) >= LOSSY_PERCENT],
    ['ipv6-only', isIpv6Only(evidence)],
    ['no-websocket', lacksWebSocket(evidence)],
    ['intercepted', evidence.isIntercepted],
    ['proxied', evidence.webViaProxy],
    ['small-packets', largest !== undefined && largest < NEEDED_BYTES],
  ];
  return traits.flatMap(([trait, holds]) => (holds ? [trait] : []));
}
