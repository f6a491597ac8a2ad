/** RFC 8489 section 6.2.1. */
const DEFAULT_RTO_MS = 500;
const TRANSMISSIONS = 7;
const LAST_WAIT_RTOS = 16;
/** RFC 8489 section 6.2.2. */
const RELIABLE_TIMEOUT_MS = 39_500;

/**
 * How long to wait after each transmission of a request before the next; after the last wait the transaction has failed.
 *
 * @param isReliable over TCP and TLS a request is sent once
 * @param rtoMs time to the first retransmission, milliseconds; it doubles each time
 * @returns milliseconds, one for each transmission
 */
export function transmissionWaits(isReliable: boolean, rtoMs: number = DEFAULT_RTO_MS): readonly number[] {
  if (isReliable) return [RELIABLE_TIMEOUT_MS];
  return Array.from({ length: TRANSMISSIONS }, (_, at) =>
    at === TRANSMISSIONS - 1 ? LAST_WAIT_RTOS * rtoMs : rtoMs * 2 ** at,
  );
}
