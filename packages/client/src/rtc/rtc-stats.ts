import type { CandidateCount } from '@anypath/protocol';
import type { AttemptLog, ConnectionPhases } from './attempt-log.ts';
import { CandidateCounts, factsOf } from './candidates.ts';
import type { SelectedPair } from './selected-pair.ts';

/** A WebRTC connection, or the attempt to make one. */
export interface RtcStats {
  /** Candidates by type and protocol, ours and the other side's. */
  readonly candidates: { readonly local: readonly CandidateCount[]; readonly remote: readonly CandidateCount[] };
  /** The pair that carries it, with its current round trip. */
  readonly pair?: SelectedPair;
  /** Where the time went until it opened. */
  readonly phases: ConnectionPhases;
}

/**
 * Reads what there is to know of a connection. Candidates are those of the browser's statistics, which know how TURN servers are
 * reached, and the ones that were never signalled; or as they were signalled, where that is more: Firefox shows those of the other
 * side only once they are tried.
 */
export async function rtcStats(
  pc: RTCPeerConnection,
  log: AttemptLog,
  pair: SelectedPair | undefined,
): Promise<RtcStats> {
  const local = new CandidateCounts();
  const remote = new CandidateCounts();
  for (const stats of (await pc.getStats()).values()) {
    const side = { 'local-candidate': local, 'remote-candidate': remote }[stats.type as string];
    const facts = side && factsOf({ ...stats, type: stats.candidateType });
    if (facts) side.add(facts);
  }
  return {
    candidates: { local: fuller(local, log.local), remote: fuller(remote, log.remote) },
    ...(pair && { pair }),
    phases: log.phases(),
  };
}

const fuller = (read: CandidateCounts, signalled: CandidateCounts): readonly CandidateCount[] =>
  (read.total >= signalled.total ? read : signalled).list();
