import type { CandidateCount, CandidateKind } from '@anypath/protocol';

/** One end of the pair that carries a connection, as `getStats` tells it. */
export type CandidateFacts = CandidateKind;

/** Counts candidates by type and protocol. Their addresses are never kept. */
export class CandidateCounts {
  readonly #counts = new Map<string, CandidateCount>();

  /** Counts one. */
  add({ type, protocol, relayProtocol }: CandidateFacts): void {
    const key = `${type} ${protocol} ${relayProtocol}`;
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { type, protocol, ...(relayProtocol && { relayProtocol }), count });
  }

  /** How many there are of all kinds. */
  get total(): number {
    return this.list().reduce((sum, { count }) => sum + count, 0);
  }

  /** What was counted, in the order in which each kind came first. */
  list(): readonly CandidateCount[] {
    return [...this.#counts.values()];
  }
}

/** What browsers tell of a candidate, in their objects and in their statistics. */
export interface RawCandidate {
  readonly type?: string | null | undefined;
  readonly protocol?: string | null | undefined;
  readonly relayProtocol?: string | null | undefined;
}

const TYPES = ['host', 'srflx', 'prflx', 'relay'] as const;
const RELAY_PROTOCOLS = ['udp', 'tcp', 'tls'] as const;

/**
 * The same words for every browser.
 *
 * What a TURN server relays is UDP (RFC 8656), however the server itself is reached; browsers differ in which of the two they
 * call the protocol.
 *
 * @returns `undefined` for what marks the end of the candidates
 */
export function factsOf({ type, protocol, relayProtocol }: RawCandidate): CandidateFacts | undefined {
  const known = TYPES.find((name) => name === type);
  if (!known || !protocol) return undefined;
  const isTcp = protocol.toLowerCase() === 'tcp';
  if (known !== 'relay') return { type: known, protocol: isTcp ? 'tcp' : 'udp' };
  const reached = RELAY_PROTOCOLS.find((name) => name === relayProtocol?.toLowerCase());
  return { type: known, protocol: 'udp', ...(reached && { relayProtocol: reached }) };
}

/** Reads type and protocol out of a candidate line (RFC 8839, section 5.1). */
export function factsOfLine(line: string | undefined): CandidateFacts | undefined {
  const [, protocol, type] = /^(?:a=)?candidate:\S+ \d+ (\S+) .* typ (\w+)/.exec(line ?? '') ?? [];
  return factsOf({ type, protocol });
}
