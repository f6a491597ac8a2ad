import type { BrowserFamily } from '@anypath/protocol';

/**
 * Whose WebRTC this is. All browsers of an iPhone are Safari's, and Chromium's name has Safari's in it.
 *
 * @param agent the name that the browser gives itself
 */
export function browserFamily(agent = globalThis.navigator?.userAgent ?? ''): BrowserFamily {
  if (/Firefox\//.test(agent)) return 'firefox';
  if (/Chrom(e|ium)\//.test(agent)) return 'chromium';
  return /AppleWebKit\/.* \(KHTML/.test(agent) ? 'safari' : 'other';
}
