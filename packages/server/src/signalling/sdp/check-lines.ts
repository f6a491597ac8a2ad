import { fault } from './fault.ts';
import { checkFingerprint } from './fingerprint.ts';
import type { Line, Section } from './sections.ts';

interface Rule {
  readonly form: RegExp;
  readonly sentence: string;
}

const ORIGIN: Rule = {
  form: /^\S+ \d+ \d+ IN IP[46] \S+$/,
  sentence: 'the o= line is not as RFC 8866 has it',
};

const MEDIA: Rule = {
  form: /^\w+ \d{1,5} [\w/]+(?: [ -~]*)?$/,
  sentence: 'an m= line is not as RFC 8866 has it',
};

/**
 * Attributes that stand once in a section, and all that may stand in them. The characters of `ice-ufrag` and `ice-pwd`
 * are those of RFC 8839, section 5.4, and the four that libwebrtc takes besides.
 */
const ONCE: ReadonlyMap<string, Rule> = new Map([
  ['setup', { form: /^(?:actpass|active|passive|holdconn)$/, sentence: 'a setup role is unknown' }],
  ['mid', { form: /^[!-~]+$/, sentence: 'a mid is not a token' }],
  ['ice-ufrag', { form: /^[\w+/=#-]{4,256}$/, sentence: 'an ice-ufrag is not 4 to 256 ICE characters' }],
  ['ice-pwd', { form: /^[\w+/=#-]{22,256}$/, sentence: 'an ice-pwd is not 22 to 256 ICE characters' }],
]);

/** Ways to send the keys inside the SDP, where the server sees them (RFC 8827, section 6.5, forbids them). */
const KEYS: ReadonlySet<string> = new Set(['crypto', 'key-mgmt']);

/**
 * Checks the whole of each line that the check for DTLS relies on.
 *
 * sdp-transform compares only how a line begins (`a=setup:active!` reads as `active`) and keeps the last of several.
 * What passes here can be read in one way only.
 *
 * @throws AnypathError `invalid_payload`
 */
export function checkLines(section: Section): void {
  const seen = new Set<string>();
  for (const line of section) {
    if (line.type === 'k') throw fault('sdp', 'it carries a key (k=)');
    if (line.type === 'o') check(ORIGIN, line.value);
    if (line.type === 'm') check(MEDIA, line.value);
    if (line.type === 'a') checkAttribute(line, seen);
  }
}

function checkAttribute({ value: text }: Line, seen: Set<string>): void {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const value = colon < 0 ? '' : text.slice(colon + 1);
  // Names are case-sensitive, but a receiver that is not strict about it shall not get keys either.
  if (KEYS.has(name.trim().toLowerCase())) throw fault('sdp', 'it carries keys for SRTP; only DTLS may agree on them');
  if (name === 'fingerprint') checkFingerprint(value);
  const rule = ONCE.get(name);
  if (!rule) return;
  check(rule, value);
  if (seen.has(name)) throw fault('sdp', `${name} is there twice in one section`);
  seen.add(name);
}

function check({ form, sentence }: Rule, value: string): void {
  if (!form.test(value)) throw fault('sdp', sentence);
}
