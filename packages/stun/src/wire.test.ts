import { describe, expect, it } from 'vitest';
import { ATTRIBUTE } from './attributes.ts';
import { isStunError } from './errors.ts';
import { METHOD } from './header.ts';
import { hasIntegrity, type IntegrityKey, integrity, longTermKey } from './integrity.ts';
import { attribute, createMessage, readAttribute } from './message.ts';
import {
  LONG_TERM,
  SAMPLE_IPV4_RESPONSE,
  SAMPLE_IPV6_RESPONSE,
  SAMPLE_LONG_TERM_REQUEST,
  SAMPLE_REQUEST,
  SAMPLE_SHA256_REQUEST,
  SHORT_TERM_PASSWORD,
} from './testing/vectors.ts';
import { decodeMessage, encodeMessage } from './wire.ts';

const shortTerm: IntegrityKey = { algorithm: 'sha1', bytes: Buffer.from(SHORT_TERM_PASSWORD) };
const longTerm = longTermKey('md5', LONG_TERM.username, LONG_TERM.realm, LONG_TERM.password);

describe('the sample messages of RFC 5769', () => {
  it('decodes the request and verifies its integrity and fingerprint', () => {
    const message = decodeMessage(SAMPLE_REQUEST);
    expect(message).toMatchObject({ method: METHOD.binding, class: 'request', hasFingerprint: true });
    expect(readAttribute(message, ATTRIBUTE.software)).toBe('STUN test client');
    expect(readAttribute(message, ATTRIBUTE.username)).toBe('evtj:h6vY');
    expect(message.attributes.map(({ type }) => type)).toEqual([0x8022, 0x0024, 0x8029, 0x0006]);
    expect(hasIntegrity(message, shortTerm)).toBe(true);
    expect(hasIntegrity(message, { ...shortTerm, bytes: Buffer.from('another password') })).toBe(false);
  });

  it.each([
    ['IPv4', SAMPLE_IPV4_RESPONSE, '192.0.2.1'],
    ['IPv6', SAMPLE_IPV6_RESPONSE, '2001:db8:1234:5678:11:2233:4455:6677'],
  ])('decodes the %s response and verifies it', (_, bytes, address) => {
    const message = decodeMessage(bytes);
    expect(message).toMatchObject({ method: METHOD.binding, class: 'success', hasFingerprint: true });
    expect(readAttribute(message, ATTRIBUTE.xorMappedAddress)).toEqual({ address, port: 32_853 });
    expect(readAttribute(message, ATTRIBUTE.software)).toBe('test vector');
    expect(hasIntegrity(message, shortTerm)).toBe(true);
  });

  it.each([
    ['request', SAMPLE_REQUEST],
    ['IPv4 response', SAMPLE_IPV4_RESPONSE],
    ['IPv6 response', SAMPLE_IPV6_RESPONSE],
  ])('encodes the %s again, but for the padding of spaces and what covers it', (_, bytes) => {
    const encoded = encodeMessage(decodeMessage(bytes), { key: shortTerm, fingerprint: true });
    expect(encoded).toHaveLength(bytes.length);
    expect(decodeMessage(encoded).attributes).toEqual(decodeMessage(bytes).attributes);
    expect(hasIntegrity(decodeMessage(encoded), shortTerm)).toBe(true);
  });

  it('decodes, verifies and encodes the request with a long-term credential to the byte', () => {
    const key: IntegrityKey = { algorithm: 'sha1', bytes: longTerm };
    const message = decodeMessage(SAMPLE_LONG_TERM_REQUEST);
    expect(readAttribute(message, ATTRIBUTE.username)).toBe(LONG_TERM.username);
    expect(readAttribute(message, ATTRIBUTE.realm)).toBe(LONG_TERM.realm);
    expect(readAttribute(message, ATTRIBUTE.nonce)).toBe('f//499k954d6OL34oL9FSTvy64sA');
    expect(hasIntegrity(message, key)).toBe(true);
    expect(Buffer.from(encodeMessage(message, { key }))).toEqual(SAMPLE_LONG_TERM_REQUEST);
  });
});

describe('MESSAGE-INTEGRITY-SHA256', () => {
  const key: IntegrityKey = { algorithm: 'sha256', bytes: longTerm };

  it('decodes, verifies and encodes the request of RFC 8489 appendix B.1 to the byte', () => {
    const message = decodeMessage(SAMPLE_SHA256_REQUEST);
    expect(readAttribute(message, ATTRIBUTE.userhash)).toHaveLength(32);
    expect(hasIntegrity(message, key)).toBe(true);
    expect(Buffer.from(encodeMessage(message, { key }))).toEqual(SAMPLE_SHA256_REQUEST);
  });

  it('is verified where the sender has truncated it to 16 bytes', () => {
    const content = decodeMessage(SAMPLE_SHA256_REQUEST);
    const withMark = (value: Uint8Array) =>
      encodeMessage({ ...content, attributes: [...content.attributes, { type: 0x001c, value }] });
    const covered = withMark(new Uint8Array(16)).subarray(0, -20);
    const bytes = withMark(integrity(key, covered).subarray(0, 16));
    expect(decodeMessage(bytes).integrity[0]?.value).toHaveLength(16);
    expect(hasIntegrity(decodeMessage(bytes), key)).toBe(true);
    expect(hasIntegrity(decodeMessage(withMark(new Uint8Array(12))), key)).toBe(false);
  });
});

describe('a decoded message', () => {
  it('leaves out what stands behind its integrity, which nothing protects', () => {
    const smuggled = { type: ATTRIBUTE.realm.type, value: Buffer.from('evil') };
    const message = createMessage(METHOD.binding, 'request', [attribute(ATTRIBUTE.software, 'x')]);
    const mark = decodeMessage(encodeMessage(message, { key: shortTerm })).integrity[0];
    const marked = { type: 0x0008, value: mark?.value ?? new Uint8Array(0) };
    const bytes = encodeMessage({ ...message, attributes: [...message.attributes, marked, smuggled] });
    expect(decodeMessage(bytes).attributes.map(({ type }) => type)).toEqual([ATTRIBUTE.software.type]);
    expect(hasIntegrity(decodeMessage(bytes), shortTerm)).toBe(true);
  });

  it('reads the first of several attributes of one type', () => {
    const message = createMessage(METHOD.binding, 'request', [
      attribute(ATTRIBUTE.software, 'first'),
      attribute(ATTRIBUTE.software, 'second'),
    ]);
    expect(readAttribute(message, ATTRIBUTE.software)).toBe('first');
  });

  it.each([
    ['is empty', () => new Uint8Array(0)],
    ['has no magic cookie', () => SAMPLE_REQUEST.map((byte, at) => (at === 4 ? 0 : byte))],
    ['ends early', () => SAMPLE_REQUEST.subarray(0, -4)],
    ['has bytes behind its end', () => Buffer.concat([SAMPLE_REQUEST, Buffer.alloc(4)])],
    [
      'has a wrong fingerprint',
      () => SAMPLE_REQUEST.map((byte, at) => (at === SAMPLE_REQUEST.length - 1 ? ~byte : byte)),
    ],
    ['has an attribute that is longer than itself', () => SAMPLE_REQUEST.map((byte, at) => (at === 22 ? 0xff : byte))],
  ])('is malformed where it %s', (_, bytes) => {
    expect(() => decodeMessage(bytes())).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  it('cannot be larger than its length field can say', () => {
    const huge = createMessage(METHOD.send, 'indication', [attribute(ATTRIBUTE.data, new Uint8Array(65_533))]);
    try {
      encodeMessage(huge);
      expect.unreachable();
    } catch (error) {
      expect(isStunError(error, 'unsupported')).toBe(true);
    }
  });
});
