import type { RtcTier } from '../link/path.ts';
import { type CandidateFacts, factsOf } from './candidates.ts';

/** The pair of candidates that carries a connection. */
export interface SelectedPair {
  readonly tier: RtcTier;
  readonly local: CandidateFacts;
  readonly remote: CandidateFacts;
  /** Round trip by STUN consent checks, milliseconds. */
  readonly rttMs?: number;
}

/**
 * Reads which pair won.
 *
 * The other side's relay address shows up as peer-reflexive where a check arrives before its candidate is signalled, so
 * only that side itself knows whether a peer-reflexive candidate of it is a relay's.
 *
 * @param pc the connection
 * @param peerIsRelayed what the other side says of its own end; a relay is assumed until it has said something
 * @returns the pair, or `undefined` before there is one
 */
export async function selectedPair(pc: RTCPeerConnection, peerIsRelayed = true): Promise<SelectedPair | undefined> {
  const report = await pc.getStats();
  const pair = chosen(report);
  const local = pair && candidateIn(report, pair.localCandidateId);
  const remote = pair && candidateIn(report, pair.remoteCandidateId);
  if (!pair || !local || !remote) return undefined;
  const isRemoteRelayed = remote.type === 'prflx' ? peerIsRelayed : remote.type === 'relay';
  return {
    tier: local.type === 'relay' || isRemoteRelayed ? 'turn' : 'direct',
    local,
    remote,
    ...(pair.currentRoundTripTime === undefined ? {} : { rttMs: pair.currentRoundTripTime * 1000 }),
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

function candidateIn(report: RTCStatsReport, id: string): CandidateFacts | undefined {
  const stats = report.get(id);
  return stats && factsOf({ ...stats, type: stats.candidateType });
}
