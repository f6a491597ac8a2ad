import type { CandidateCount, CandidateFacts, LinkStats, TraceEntry } from '@anypath/client';

/** How a link does and what happened to it, at one moment. */
export interface Inspection {
  readonly stats: LinkStats;
  /** The oldest first. */
  readonly trace: readonly TraceEntry[];
}

/** A candidate in the words of the standard, such as `relay udp (TURN over tls)`. */
export function candidateText({ type, protocol, relayProtocol }: CandidateFacts): string {
  return relayProtocol ? `${type} ${protocol} (TURN over ${relayProtocol})` : `${type} ${protocol}`;
}

/** How many candidates of which kind, such as `host udp × 2`. */
export const candidateTexts = (counts: readonly CandidateCount[]): readonly string[] =>
  counts.map((count) => (count.count === 1 ? candidateText(count) : `${candidateText(count)} × ${count.count}`));

/**
 * All of it as text, to pass on: the numbers as JSON, then an event a line. What it is made of names nobody, and has no addresses,
 * messages or keys.
 */
export function inspectionText({ stats, trace }: Inspection): string {
  const lines = trace.map(({ at, clockMs: _, event, ...rest }) => {
    return `${new Date(at).toISOString()} ${event} ${JSON.stringify(rest)}`;
  });
  return [JSON.stringify(stats, null, 2), ...lines, ''].join('\n');
}
