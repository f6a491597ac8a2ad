/** The path of a call's media. */
export interface MediaPath {
  readonly tier: 'direct' | 'turn';
  /** Between the two, or to the TURN server: `udp`, `tcp` or `tls`. */
  readonly protocol: string;
  /** Round trip by STUN consent checks, milliseconds. */
  readonly rttMs?: number;
}

/** What a look at the browser's statistics finds. */
export interface MediaFacts {
  /** The path, where there is one already. */
  readonly path: MediaPath | undefined;
  /** Bytes of media that have come over the connection in use. */
  readonly bytesIn: number;
}

/**
 * Reads the statistics of the connection that carries a call (W3C WebRTC statistics).
 *
 * @param report what `Call.stats` gives
 */
export function mediaFacts(report: RTCStatsReport): MediaFacts {
  let bytesIn = 0;
  for (const stats of report.values()) if (stats.type === 'inbound-rtp') bytesIn += stats.bytesReceived ?? 0;
  return { path: pathIn(report), bytesIn };
}

function pathIn(report: RTCStatsReport): MediaPath | undefined {
  const pair = chosen(report);
  const local = pair && report.get(pair.localCandidateId);
  const remote = pair && report.get(pair.remoteCandidateId);
  if (!pair || !local || !remote) return undefined;
  const isTurn = local.candidateType === 'relay' || isRelay(report, remote);
  const rtt = pair.currentRoundTripTime;
  return {
    tier: isTurn ? 'turn' : 'direct',
    protocol: local.candidateType === 'relay' ? (local.relayProtocol ?? local.protocol) : local.protocol,
    ...(rtt === undefined ? {} : { rttMs: rtt * 1000 }),
  };
}

/** Chromium names the pair in its transport; Firefox marks the pair itself. */
function chosen(report: RTCStatsReport): RTCIceCandidatePairStats | undefined {
  let marked: RTCIceCandidatePairStats | undefined;
  for (const stats of report.values()) {
    if (stats.type === 'transport' && stats.selectedCandidatePairId) return report.get(stats.selectedCandidatePairId);
    if (stats.type === 'candidate-pair' && stats.nominated && stats.state === 'succeeded') marked = stats;
  }
  return marked;
}

interface Remote {
  readonly candidateType: RTCIceCandidateType;
  readonly port?: number;
}

/** The other side's relay may show up as peer-reflexive, where a check comes before its candidate; its port is the same then. */
function isRelay(report: RTCStatsReport, remote: Remote): boolean {
  if (remote.candidateType !== 'prflx') return remote.candidateType === 'relay';
  for (const stats of report.values()) {
    if (stats.type === 'remote-candidate' && stats.candidateType === 'relay' && stats.port === remote.port) return true;
  }
  return false;
}
