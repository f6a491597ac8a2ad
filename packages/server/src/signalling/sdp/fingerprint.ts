import { fault } from './fault.ts';

/** Bytes of each hash that is strong enough (RFC 8122, section 5, without what is weak today). */
const HASH_BYTES: ReadonlyMap<string, number> = new Map([
  ['sha-256', 32],
  ['sha-384', 48],
  ['sha-512', 64],
]);

const FINGERPRINT = /^(?<hash>[\w-]+) (?<bytes>[0-9A-F]{2}(?::[0-9A-F]{2})*)$/i;

/**
 * Checks the value of one `a=fingerprint` line.
 *
 * A weak fingerprint beside a strong one is refused too. RFC 8122, section 5.1, would have the receiver take the
 * strongest, and neither browser does: Chromium keeps the last one of a section, Firefox is content with any that
 * matches. Capital letters are what the RFC wants of the bytes; small ones are taken, as browsers take them.
 *
 * @throws AnypathError `invalid_payload`
 */
export function checkFingerprint(value: string): void {
  const groups = FINGERPRINT.exec(value)?.groups;
  const hash = groups?.['hash']?.toLowerCase();
  const bytes = groups?.['bytes'];
  if (hash === undefined || bytes === undefined) throw fault('sdp', 'a fingerprint is not a hash and bytes in hex');
  const expected = HASH_BYTES.get(hash);
  if (expected === undefined) throw fault('sdp', `a fingerprint is not one of ${[...HASH_BYTES.keys()].join(', ')}`);
  if ((bytes.length + 1) / 3 !== expected) throw fault('sdp', `a ${hash} fingerprint has to have ${expected} bytes`);
}
