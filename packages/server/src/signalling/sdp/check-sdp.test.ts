import { AnypathError } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { checkSdp } from './check-sdp.ts';
import { fixture, fixtures } from './fixtures.ts';

type Edit = readonly [what: string, sentence: string, edit: (sdp: string) => string];

const SHA_256 = /sha-256 [0-9A-F:]+/g;
const hex = (bytes: number) => Array.from({ length: bytes }, () => 'AB').join(':');
const without = (line: string) => (sdp: string) => sdp.replace(new RegExp(`^${line}.*\r\n`, 'gm'), '');
const replace = (from: string | RegExp, to: string) => (sdp: string) => sdp.replace(from, to);
const append = (line: string) => (sdp: string) => `${sdp}${line}\r\n`;
const times = (count: number, line: (index: number) => string) =>
  append(Array.from({ length: count }, (_, index) => line(index)).join('\r\n'));

const CRYPTO = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR';
const NO_DTLS = 'media section 1 is not under DTLS: its profile has to be UDP/TLS/RTP/SAVPF or UDP/DTLS/SCTP';
const HASHES = 'a fingerprint is not one of sha-256, sha-384, sha-512';
const KEYS = 'it carries keys for SRTP; only DTLS may agree on them';
const ORDER = 'it has to begin with the lines v=0, o= and s=';

/** One fault each, in an offer of Chromium with audio, video and a data channel. */
const UNPROTECTED: Edit[] = [
  ['plain RTP', NO_DTLS, replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP')],
  ['plain RTP with feedback', NO_DTLS, replace('UDP/TLS/RTP/SAVPF', 'RTP/AVPF')],
  ['SRTP without DTLS', NO_DTLS, replace('UDP/TLS/RTP/SAVPF', 'RTP/SAVPF')],
  ['plain SCTP', NO_DTLS.replace('1', '3'), replace('UDP/DTLS/SCTP', 'SCTP')],
  ['plain RTP bundled with what is protected', NO_DTLS.replace('1', '2'), bundledPlainVideo],
  [
    'plain RTP bundled in an odd way',
    NO_DTLS,
    replace(/m=audio \d+ \S+(.*\r\n)/, 'm=audio 0 RTP/AVP$1a=bundle-only x\r\n'),
  ],
  ['a profile that only begins well', 'an m= line is not as RFC 8866 has it', replace('SAVPF', 'SAVPF-plain')],
  ['SDES', KEYS, append(CRYPTO)],
  ['SDES that sdp-transform does not know', KEYS, append('a=crypto :1')],
  ['SDES in capital letters', KEYS, append(CRYPTO.replace('crypto', 'CRYPTO'))],
  ['MIKEY', KEYS, append('a=key-mgmt:mikey AQAFgM0X')],
  ['a key line', 'it carries a key (k=)', append('k=clear:secret')],
  ['no fingerprint', 'media section 1 has no DTLS fingerprint', without('a=fingerprint')],
  ['a fingerprint of SHA-1', HASHES, replace(SHA_256, `sha-1 ${hex(20)}`)],
  ['a fingerprint of MD5', HASHES, replace(SHA_256, `md5 ${hex(16)}`)],
  ['SHA-1 beside SHA-256', HASHES, append(`a=fingerprint:sha-1 ${hex(20)}`)],
  ['a short fingerprint', 'a sha-256 fingerprint has to have 32 bytes', replace(SHA_256, `sha-256 ${hex(31)}`)],
  ['a long fingerprint', 'a sha-256 fingerprint has to have 32 bytes', replace(SHA_256, `sha-256 ${hex(33)}`)],
  ['no hex', 'a fingerprint is not a hash and bytes in hex', replace(SHA_256, 'sha-256 XY:ZZ')],
  ['no setup', 'media section 1 has no DTLS role (setup)', without('a=setup')],
  ['holdconn', 'media section 1 has to have the setup role actpass or active or passive', setup('holdconn')],
  ['a setup that only begins well', 'a setup role is unknown', setup('actpass!')],
];

function bundledPlainVideo(sdp: string): string {
  return sdp
    .replace(/m=video \d+ UDP\/TLS\/RTP\/SAVPF/, 'm=video 0 RTP/AVP')
    .replace('a=mid:1', 'a=mid:1\r\na=bundle-only');
}

function setup(role: string): (sdp: string) => string {
  return replace(/a=setup:\w+/g, `a=setup:${role}`);
}

const MALFORMED: Edit[] = [
  ['nothing', 'line 1 is not a letter, "=" and a value', () => '\r\n'],
  ['no media', 'it has no media section that is not rejected', replace(/m=[\s\S]*/, '')],
  ['only rejected media', 'it has no media section that is not rejected', replace(/^m=(\w+) \d+/gm, 'm=$1 0')],
  ['no version', ORDER, without('v=')],
  ['another version', ORDER, replace('v=0', 'v=1')],
  ['no name', ORDER, without('s=')],
  ['an origin without its address', 'the o= line is not as RFC 8866 has it', replace(' IN IP4 127.0.0.1', '')],
  ['an m= line with a port that is none', 'an m= line is not as RFC 8866 has it', replace(/m=audio \d+/, 'm=audio x')],
  ['no ice-ufrag', 'media section 1 has no ice-ufrag', without('a=ice-ufrag')],
  ['no ice-pwd', 'media section 1 has no ice-pwd', without('a=ice-pwd')],
  ['a short ice-ufrag', 'an ice-ufrag is not 4 to 256 ICE characters', replace(/(ice-ufrag):.*/, '$1:abc')],
  ['a short ice-pwd', 'an ice-pwd is not 22 to 256 ICE characters', replace(/(ice-pwd):.*/, `$1:${'p'.repeat(21)}`)],
  ['a long ice-pwd', 'an ice-pwd is not 22 to 256 ICE characters', replace(/(ice-pwd):.*/, `$1:${'p'.repeat(257)}`)],
  ['two setups in one section', 'setup is there twice in one section', append('a=setup:active')],
  ['two sections with one mid', 'two media sections have the same mid', replace('a=mid:1', 'a=mid:0')],
  ['NUL', 'it holds a control character', append('a=x:\0')],
  ['an escape', 'it holds a control character', append('a=x:\u001b[2J')],
  ['a C1 control', 'it holds a control character', append('a=x:\u0085')],
  ['a lone CR', 'it holds a carriage return that does not end a line', append('a=x:y\ra=setup:active')],
  ['an empty line', 'line 2 is not a letter, "=" and a value', replace('\r\n', '\r\n\r\n')],
  ['a line of prose', 'line 2 is not a letter, "=" and a value', replace('\r\n', '\r\nhello\r\n')],
  ['over 64 KiB', 'it is over 65536 bytes', times(17, () => `a=x:${'x'.repeat(4_000)}`)],
  ['a long line', 'line 2 is over 4096 bytes', replace('\r\n', `\r\na=${'é'.repeat(2_048)}\r\n`)],
  ['2 001 lines', 'it has more than 2000 lines', times(2_001, () => 'a=x')],
  ['65 media sections', 'it has more than 64 media sections', times(62, () => 'm=audio 0 RTP/AVP 0')],
  ['257 candidates', 'it has more than 256 candidates', times(257, (index) => `a=candidate:${index}`)],
];

function faultOf(sdp: string, type: 'offer' | 'answer'): string {
  try {
    checkSdp(sdp, type);
  } catch (error) {
    if (error instanceof AnypathError && error.code === 'invalid_payload') return error.message;
    throw error;
  }
  return 'none';
}

describe('SDP of a real browser', () => {
  it.each(fixtures())('[S4.5] $name passes', ({ name, type, sdp }) => {
    const encrypted = name.includes('media') ? 'both' : 'dtls-sctp';
    expect(checkSdp(sdp, type)).toEqual({ encrypted, media: encrypted === 'both' ? 3 : 1 });
  });

  it.each(['chromium', 'firefox'])('[S4.5] of %s without a data channel is DTLS-SRTP', (browser) => {
    const { sdp } = fixture(`${browser}-media-balanced-offer`);
    const mediaOnly = sdp.replace(/m=application[\s\S]*/, '');
    expect(checkSdp(mediaOnly, 'offer')).toEqual({ encrypted: 'dtls-srtp', media: 2 });
  });
});

describe('SDP of Chromium with one fault', () => {
  const offer = fixture('chromium-media-offer').sdp;

  it.each(UNPROTECTED)('[S4.5] [SG16] %s is refused', (_, sentence, edit) => {
    expect(edit(offer)).not.toBe(offer);
    expect(faultOf(edit(offer), 'offer')).toBe(`sdp: ${sentence}`);
  });

  it.each(MALFORMED)('[SG16] %s is refused', (_, sentence, edit) => {
    expect(faultOf(edit(offer), 'offer')).toBe(`sdp: ${sentence}`);
  });

  it('[S4.5] an answer has to settle the DTLS role', () => {
    const { sdp } = fixture('chromium-media-answer');
    expect(faultOf(setup('passive')(sdp), 'answer')).toBe('none');
    const sentence = 'sdp: media section 1 has to have the setup role active or passive';
    expect(faultOf(setup('actpass')(sdp), 'answer')).toBe(sentence);
    expect(faultOf(setup('holdconn')(sdp), 'answer')).toBe(sentence);
  });
});

describe('SDP of other clients', () => {
  const { sdp } = fixture('chromium-media-offer');
  const FINGERPRINT = /a=fingerprint:.*\r\n/.exec(sdp)?.[0] ?? '';

  it.each<[string, (sdp: string) => string]>([
    ['line ends without CR', replace(/\r\n/g, '\n')],
    ['no end after the last line', replace(/\r\n$/, '')],
    ['fingerprints of several hashes', append(`a=fingerprint:sha-384 ${hex(48)}\r\na=fingerprint:SHA-512 ${hex(64)}`)],
    ['a fingerprint in small letters', replace(SHA_256, `sha-256 ${hex(32).toLowerCase()}`)],
    ['the fingerprint for the session', (text) => without('a=fingerprint')(text).replace('m=', `${FINGERPRINT}m=`)],
    ['an offer that keeps its DTLS role', setup('passive')],
    ['ICE credentials that look like numbers', (text) => text.replace(/(ice-ufrag):.*/g, '$1:1234')],
    ['mids that look like numbers beyond all bounds', (text) => text.replace(/(mid|BUNDLE)([: ])0/g, '$1$2Infinity')],
    ['text in another script', append('i=Gespräch · 会議')],
    ['SDP from before RFC 8841', replace('UDP/DTLS/SCTP webrtc-datachannel', 'DTLS/SCTP 5000')],
    ['DTLS-SRTP over TCP', replace('UDP/TLS/RTP/SAVPF', 'TCP/DTLS/RTP/SAVPF')],
    ['a rejected section in plain RTP', append('m=video 0 RTP/AVP 31')],
  ])('%s: passes', (_, edit) => {
    expect(edit(sdp)).not.toBe(sdp);
    expect(faultOf(edit(sdp), 'offer')).toBe('none');
  });

  it('[S4.5] a bundled section may leave its transport to the first one, and to no other', () => {
    const [start = '', audio = '', ...others] = sdp.split(/(?=m=)/);
    const bare = others.map((section) => section.replace(/a=(fingerprint|setup|ice-ufrag|ice-pwd).*\r\n/g, ''));
    const bundled = [start, audio, ...bare].join('');
    expect(checkSdp(bundled, 'offer')).toEqual({ encrypted: 'both', media: 3 });
    const apart = without('a=group')(bundled);
    expect(faultOf(apart, 'offer')).toBe('sdp: media section 2 has no DTLS fingerprint');
    const firstRejected = bundled.replace(/m=audio \d+/, 'm=audio 0');
    expect(faultOf(firstRejected, 'offer')).toBe('sdp: media section 2 has no DTLS fingerprint');
  });
});
