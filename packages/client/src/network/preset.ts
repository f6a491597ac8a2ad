import type { RtcReport } from '@anypath/protocol';

/**
 * A class of network (SPEC S3.2). `home`: UDP works; `corporate`: only TCP does, through a firewall; `mobile`: a network that forgets quickly and
 * changes often; `ultra`: nothing but the server's own connection gets through.
 */
export type NetworkPreset = 'home' | 'corporate' | 'mobile' | 'ultra';

/** What is known of the network that this device is in. What is not known is left out. */
export interface NetworkFacts {
  /** Whether the browser says that it is a mobile network (Network Information API; not in Firefox and Safari). */
  readonly isCellular?: boolean;
  /** Whether anything came back over UDP. */
  readonly hasUdp?: boolean;
  /** Whether a TURN server was reached. */
  readonly hasTurn?: boolean;
}

/** What a class of network is given. */
export interface PresetSettings {
  /** How long a silent data channel is left alone at most, milliseconds. */
  readonly keepaliveMs: number;
  /** Which transports to TURN come first in `iceServers`. */
  readonly transports: readonly ('udp' | 'tcp' | 'tls')[];
  readonly iceTransportPolicy: RTCIceTransportPolicy;
}

const QUICK_FIRST = ['udp', 'tcp', 'tls'] as const;
const HARD_FIRST = ['tls', 'tcp', 'udp'] as const;

/**
 * What each class is given. Direct paths are tried everywhere: two people behind the same firewall have one. Mobile networks forget a
 * silent UDP mapping after 10 s at the earliest, others after 30 s (RFC 4787, REQ-5, asks for two minutes).
 */
export const PRESET_SETTINGS: Readonly<Record<NetworkPreset, PresetSettings>> = {
  home: { keepaliveMs: 15_000, transports: QUICK_FIRST, iceTransportPolicy: 'all' },
  mobile: { keepaliveMs: 8_000, transports: QUICK_FIRST, iceTransportPolicy: 'all' },
  corporate: { keepaliveMs: 15_000, transports: HARD_FIRST, iceTransportPolicy: 'all' },
  ultra: { keepaliveMs: 15_000, transports: HARD_FIRST, iceTransportPolicy: 'all' },
};

/** Which class a network is of, as far as is known; `home` where nothing speaks against it. */
export function presetOf({ isCellular, hasUdp, hasTurn }: NetworkFacts): NetworkPreset {
  if (hasUdp === false) return hasTurn ? 'corporate' : 'ultra';
  return isCellular ? 'mobile' : 'home';
}

/**
 * What an attempt to connect shows of the network.
 *
 * @param before what was known
 * @param report how the attempt went, as this side saw it
 * @returns what is known now; something that worked once counts until the network changes
 */
export function observed(before: NetworkFacts, report: RtcReport): NetworkFacts {
  const { local } = report.candidates;
  const relayed = local.filter(({ type }) => type === 'relay');
  const cameBack = local.some(({ type, protocol }) => type === 'srflx' && protocol === 'udp');
  const hasUdp = cameBack || relayed.some(({ relayProtocol }) => relayProtocol === 'udp');
  // An attempt that nobody waited for has not shown what it could not do.
  const isThorough = report.outcome === 'failed' || report.pair?.local.type === 'relay';
  // Some browsers do not say how a TURN server is reached.
  const isSure = relayed.every(({ relayProtocol }) => relayProtocol !== undefined);
  return {
    ...before,
    ...(hasUdp || (isThorough && isSure && before.hasUdp === undefined) ? { hasUdp } : {}),
    ...(relayed.length > 0 || (isThorough && before.hasTurn === undefined) ? { hasTurn: relayed.length > 0 } : {}),
  };
}

/**
 * Puts the addresses of each server in the order of a class. All of them stay: a network may turn out to be another.
 *
 * @param servers as the server handed them out
 */
export function ordered(servers: readonly RTCIceServer[], preset: NetworkPreset): RTCIceServer[] {
  const { transports } = PRESET_SETTINGS[preset];
  const rank = (url: string) => transports.indexOf(transportOf(url));
  return servers.map((server) => {
    const urls = [server.urls].flat();
    // What the server chose stands where nothing is known against it; sorting is stable.
    if (transports === QUICK_FIRST || urls.length < 2) return server;
    return { ...server, urls: [...urls].sort((a, b) => rank(a) - rank(b)) };
  });
}

/** How a server is reached (RFC 7064, RFC 7065). */
function transportOf(url: string): 'udp' | 'tcp' | 'tls' {
  if (/^(turns|stuns):/i.test(url)) return 'tls';
  return /[?&]transport=tcp\b/i.test(url) ? 'tcp' : 'udp';
}
