import { readFileSync } from 'node:fs';

/** A session description that a real browser wrote. */
const browserSdp = (name: string): string =>
  readFileSync(new URL(`../signalling/sdp/fixtures/${name}.sdp`, import.meta.url), 'utf8');

/** An offer of Chromium with a data channel. */
export const OFFER_SDP = browserSdp('chromium-data-offer');
/** An answer of Chromium to it. */
export const ANSWER_SDP = browserSdp('chromium-data-answer');
