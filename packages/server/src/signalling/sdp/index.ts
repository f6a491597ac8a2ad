export { checkCandidate } from './candidate.ts';
export { type CheckedSdp, checkSdp } from './check-sdp.ts';
export { hideCandidate, hideHostCandidates } from './hide.ts';
