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

/** Reads what there is to know of a connection: candidates from the browser's statistics, and as they were signalled where those
 * do not have them yet. */
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
  const known = (read: CandidateCounts, told: CandidateCounts) => (read.list().length > 0 ? read : told).list();
  return {
    candidates: { local: known(local, log.local), remote: known(remote, log.remote) },
    ...(pair && { pair }),
    phases: log.phases(),
  };
}
