/** Smoothed round trip and its variation, milliseconds (RFC 6298, section 2). */
export interface RoundTrip {
  readonly smoothedMs: number;
  readonly variationMs: number;
}

/** How long to wait for an acknowledgement before a path is doubted or a message is sent again. */
const TIMEOUT = {
  /** Before the first measurement: RFC 6298 (2.1). */
  unknownMs: 1000,
  /** The relay runs on TCP, which retransmits by itself: asking again early only doubles the traffic. */
  relayMinMs: 1000,
  /** The server answers within the round trip; a doubt that was wrong costs a handshake that is given up. */
  serverMinMs: 200,
  maxMs: 10_000,
} as const;

/**
 * Takes one measurement in (RFC 6298, 2.2 and 2.3).
 *
 * @param before the estimate so far
 * @param sampleMs the measured round trip
 * @returns the new estimate
 */
export function measured(before: RoundTrip | undefined, sampleMs: number): RoundTrip {
  if (before === undefined) return { smoothedMs: sampleMs, variationMs: sampleMs / 2 };
  return {
    smoothedMs: before.smoothedMs + (sampleMs - before.smoothedMs) / 8,
    variationMs: before.variationMs + (Math.abs(before.smoothedMs - sampleMs) - before.variationMs) / 4,
  };
}

/**
 * The time after which a missing acknowledgement means something.
 *
 * @param estimate round trip of the path, where it was measured
 * @param via which kind of path
 * @param tries how often it was waited for on this path; each time after the first doubles the wait (RFC 6298, 5.5)
 * @param patienceMs the least time that a data channel is given
 * @returns milliseconds
 */
export function ackTimeoutMs(
  estimate: RoundTrip | undefined,
  via: 'rtc' | 'relay',
  tries: number,
  patienceMs: number,
): number {
  const minMs = via === 'rtc' ? patienceMs : TIMEOUT.relayMinMs;
  const once = estimate ? Math.max(minMs, estimate.smoothedMs + 4 * estimate.variationMs) : TIMEOUT.unknownMs;
  return Math.min(TIMEOUT.maxMs, once * 2 ** Math.max(0, tries - 1));
}

/**
 * The time after which a missing answer of the server puts the connection to it in doubt.
 *
 * @param estimate round trip of answered questions
 * @returns milliseconds
 */
export function answerTimeoutMs(estimate: RoundTrip | undefined): number {
  if (!estimate) return TIMEOUT.unknownMs;
  return Math.min(TIMEOUT.maxMs, Math.max(TIMEOUT.serverMinMs, estimate.smoothedMs + 4 * estimate.variationMs));
}
