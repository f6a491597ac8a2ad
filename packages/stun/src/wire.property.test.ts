import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTE } from './attributes.ts';
import { decodeChannelData, encodeChannelData } from './channel-data.ts';
import { isStunError } from './errors.ts';
import type { MessageClass } from './header.ts';
import { hasIntegrity, type IntegrityKey } from './integrity.ts';
import type { StunMessage } from './message.ts';
import { readAttribute } from './message.ts';
import { SAMPLE_IPV4_RESPONSE, SAMPLE_REQUEST, SAMPLE_SHA256_REQUEST } from './testing/vectors.ts';
import { decodeMessage, encodeMessage } from './wire.ts';

/** Integrity and fingerprint are not content. */
const PROTECTION = new Set([0x0008, 0x001c, 0x8028]);

const messages: fc.Arbitrary<StunMessage> = fc.record({
  method: fc.integer({ min: 0, max: 0xfff }),
  class: fc.constantFrom<MessageClass>('request', 'indication', 'success', 'error'),
  transactionId: fc.uint8Array({ minLength: 12, maxLength: 12 }),
  attributes: fc.array(
    fc.record({
      type: fc.integer({ min: 0, max: 0xffff }).filter((type) => !PROTECTION.has(type)),
      value: fc.uint8Array({ maxLength: 40 }),
    }),
    { maxLength: 8 },
  ),
});

const keys: fc.Arbitrary<IntegrityKey> = fc.record({
  algorithm: fc.constantFrom('sha1', 'sha256'),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 32 }),
});

/** Whatever a decoder makes of bytes from the network, nothing but its own error leaves it. */
function onlyMalformed(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    expect(isStunError(error, 'malformed')).toBe(true);
  }
}

const decodeEverything = (bytes: Uint8Array) => {
  const message = decodeMessage(bytes);
  for (const codec of Object.values(ATTRIBUTE)) onlyMalformed(() => readAttribute<unknown>(message, codec));
  hasIntegrity(message, { algorithm: 'sha1', bytes });
  hasIntegrity(message, { algorithm: 'sha256', bytes });
};

describe('messages', () => {
  it('decode to what was encoded, protected or not', () => {
    fc.assert(
      fc.property(messages, fc.option(keys, { nil: undefined }), fc.boolean(), (message, key, fingerprint) => {
        const decoded = decodeMessage(encodeMessage(message, { key, fingerprint }));
        expect(decoded.method).toBe(message.method);
        expect(decoded.class).toBe(message.class);
        expect([...decoded.transactionId]).toEqual([...message.transactionId]);
        expect(decoded.attributes.map(({ type, value }) => [type, ...value])).toEqual(
          message.attributes.map(({ type, value }) => [type, ...value]),
        );
        expect(decoded.hasFingerprint).toBe(fingerprint);
        expect(decoded.integrity).toHaveLength(key ? 1 : 0);
        if (key) expect(hasIntegrity(decoded, key)).toBe(true);
      }),
    );
  });

  it('lose their integrity with any change of what it covers', () => {
    fc.assert(
      fc.property(messages, keys, fc.nat(), fc.integer({ min: 1, max: 255 }), (message, key, position, flip) => {
        const bytes = encodeMessage(message, { key });
        const at = position % bytes.length;
        const changed = bytes.map((byte, index) => (index === at ? byte ^ flip : byte));
        onlyMalformed(() => {
          const decoded = decodeMessage(changed);
          // The length in the header is computed, not read.
          expect(hasIntegrity(decoded, key) && at !== 2 && at !== 3).toBe(false);
        });
      }),
    );
  });
});

describe('decoding arbitrary bytes', () => {
  it('throws nothing but malformed', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => onlyMalformed(() => decodeEverything(bytes))));
  });

  it('throws nothing but malformed where a header is in front of them', () => {
    const body = fc.array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x3fff }), body, (type, words) => {
        const bytes = Buffer.concat([SAMPLE_REQUEST.subarray(0, 20), ...words]);
        bytes.writeUInt16BE(type, 0);
        bytes.writeUInt16BE(bytes.length - 20, 2);
        onlyMalformed(() => decodeEverything(bytes));
      }),
    );
  });

  it('throws nothing but malformed where they are a mutated message', () => {
    const original = fc.constantFrom(SAMPLE_REQUEST, SAMPLE_IPV4_RESPONSE, SAMPLE_SHA256_REQUEST);
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(original, changes, fc.nat({ max: 12 }), (message, mutations, cut) => {
        const bytes = Uint8Array.from(message.subarray(0, message.length - cut));
        for (const [position, value] of mutations) bytes[position % bytes.length] = value;
        onlyMalformed(() => decodeEverything(bytes));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('ChannelData', () => {
  const channels = fc.integer({ min: 0x4000, max: 0x4fff });

  it('decodes to what was encoded, with and without its padding', () => {
    fc.assert(
      fc.property(channels, fc.uint8Array({ maxLength: 100 }), (channel, data) => {
        const bytes = encodeChannelData({ channel, data });
        for (const form of [bytes, bytes.subarray(0, 4 + data.length)]) {
          const decoded = decodeChannelData(form);
          expect([decoded.channel, ...decoded.data]).toEqual([channel, ...data]);
        }
      }),
    );
  });

  it('throws nothing but malformed', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => onlyMalformed(() => decodeChannelData(bytes))));
  });
});
