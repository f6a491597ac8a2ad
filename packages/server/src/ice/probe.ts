import { isStunError, probeStun, probeTurn } from '@anypath/stun';
import type { Outcome } from './health.ts';
import type { Probe } from './prober.ts';

/** A server that takes longer is of no use to somebody who waits. */
const PROBE_WITHIN_MS = 2_000;

/**
 * Uses an address as a client does: STUN asks for a mapping; TURN makes an allocation, sends itself a packet through it
 * and frees it.
 */
export const probe: Probe = async (url, credentials, signal): Promise<Outcome> => {
  const bounds = { timeoutMs: PROBE_WITHIN_MS, signal };
  try {
    if (credentials) {
      const { allocateMs } = await probeTurn(url, credentials, bounds);
      return { ok: true, allocateMs };
    }
    const { roundTripMs } = await probeStun(url, bounds);
    return { ok: true, allocateMs: roundTripMs };
  } catch (error) {
    if (!isStunError(error)) return { ok: false, reason: 'internal' };
    const { code: reason, allocateMs } = error;
    return { ok: false, reason, ...(allocateMs === undefined ? {} : { allocateMs }) };
  }
};
