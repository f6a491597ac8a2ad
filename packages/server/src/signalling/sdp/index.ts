export { checkCandidate } from './candidate.ts';
export { checkSdp } from './check-sdp.ts';
export { hideCandidate, hideHostCandidates } from './hide.ts';
