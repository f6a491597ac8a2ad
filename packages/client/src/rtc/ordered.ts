import type { NetworkPreset } from '../network/preset.ts';

const HARD_FIRST = ['tls', 'tcp', 'udp'] as const;

/**
 * Puts the addresses of each server in the order of a class. All of them stay: a network may turn out to be another, and direct paths
 * are tried everywhere, because two people behind the same firewall have one.
 *
 * @param servers as the server handed them out
 */
export function ordered(servers: readonly RTCIceServer[], preset: NetworkPreset): RTCIceServer[] {
  // What the server chose stands where nothing is known against it.
  if (preset === 'home' || preset === 'mobile') return [...servers];
  const rank = (url: string) => HARD_FIRST.indexOf(transportOf(url));
  return servers.map((server) => {
    const urls = [server.urls].flat();
    return urls.length < 2 ? server : { ...server, urls: urls.sort((a, b) => rank(a) - rank(b)) };
  });
}

/** How a server is reached (RFC 7064, RFC 7065). */
function transportOf(url: string): 'udp' | 'tcp' | 'tls' {
  if (/^(turns|stuns):/i.test(url)) return 'tls';
  return /[?&]transport=tcp\b/i.test(url) ? 'tcp' : 'udp';
}
