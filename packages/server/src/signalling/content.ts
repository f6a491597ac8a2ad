import type { ClientPayload, SignalEvent } from '@anypath/protocol';
import { checkCandidate, checkSdp, hideCandidate, hideHostCandidates } from './sdp/index.ts';

type Signal = ClientPayload<SignalEvent>;

/** A signal whose content may be passed on. */
export interface Content {
  /** Absent where nothing of it may be. */
  readonly signal: Signal | undefined;
  /** How its media will be encrypted, where it says so. */
  readonly encryption?: string;
}

/**
 * Checks what a signal carries (SPEC S4.5), and hides addresses where the operator wants it.
 *
 * @param hide whether only relay candidates are passed on
 * @throws AnypathError `invalid_payload` for SDP without DTLS, and for what is no candidate
 */
export function contentOf(event: SignalEvent, signal: Signal, hide: boolean): Content {
  if ('sdp' in signal) {
    const { type, sdp } = signal.sdp;
    const { encrypted: encryption } = checkSdp(sdp, type);
    const passed = hide ? { ...signal, sdp: { type, sdp: hideHostCandidates(sdp) } } : signal;
    return { signal: passed as Signal, encryption };
  }
  if (event === 'rtc:candidate' && 'candidate' in signal) {
    const { candidate } = signal.candidate;
    checkCandidate(candidate);
    if (!hide) return { signal };
    const hidden = hideCandidate(candidate);
    if (hidden === undefined) return { signal: undefined };
    return { signal: { ...signal, candidate: { ...signal.candidate, candidate: hidden } } };
  }
  return { signal };
}
