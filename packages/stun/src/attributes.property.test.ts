import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAddress, type TransportAddress } from './address.ts';
import { ATTRIBUTE } from './attributes.ts';
import { METHOD } from './header.ts';
import { attribute, createMessage, readAttribute } from './message.ts';
import { decodeMessage, encodeMessage } from './wire.ts';

const port = fc.integer({ min: 0, max: 65_535 });
const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const uint8 = fc.integer({ min: 0, max: 0xff });
const uint16 = fc.integer({ min: 0, max: 0xffff });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const opaque = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
const address: fc.Arbitrary<TransportAddress> = fc.record({
  address: fc.oneof(fc.ipV4(), fc.ipV6().map(canonicalAddress)),
  port,
});
const algorithms = fc.array(fc.record({ algorithm: uint16, parameters: opaque }), { maxLength: 4 });

/** Values of every attribute in the table: a new one without an entry here does not compile. */
const VALUES = {
  mappedAddress: address,
  changeRequest: fc.record({ address: fc.boolean(), port: fc.boolean() }),
  username: text,
  errorCode: fc.record({ code: fc.integer({ min: 300, max: 699 }), reason: text }),
  unknownAttributes: fc.array(uint16, { maxLength: 10 }),
  channelNumber: uint16,
  lifetime: uint32,
  connectionId: uint32,
  xorPeerAddress: address,
  data: opaque,
  realm: text,
  nonce: text,
  xorRelayedAddress: address,
  requestedAddressFamily: uint8,
  requestedTransport: uint8,
  passwordAlgorithm: algorithms,
  userhash: opaque,
  xorMappedAddress: address,
  reservationToken: opaque,
  passwordAlgorithms: algorithms,
  alternateDomain: text,
  software: text,
  alternateServer: address,
  responseOrigin: address,
  otherAddress: address,
} satisfies Record<keyof typeof ATTRIBUTE, fc.Arbitrary<unknown>>;

describe('an attribute', () => {
  it.each(Object.keys(VALUES) as (keyof typeof ATTRIBUTE)[])('%s decodes to what was encoded', (name) => {
    const codec = ATTRIBUTE[name] as (typeof ATTRIBUTE)['data'];
    fc.assert(
      fc.property(VALUES[name] as fc.Arbitrary<Buffer>, (value) => {
        const message = createMessage(METHOD.binding, 'request', [attribute(codec, value)]);
        expect(readAttribute(decodeMessage(encodeMessage(message)), codec)).toEqual(value);
      }),
      { numRuns: 50 },
    );
  });

  it('reports IPv6 addresses in their canonical form', () => {
    const write = attribute(ATTRIBUTE.xorPeerAddress, { address: '2001:DB8:0:0:0:0:0:0001', port: 1 });
    const message = createMessage(METHOD.send, 'indication', [write]);
    expect(readAttribute(message, ATTRIBUTE.xorPeerAddress)?.address).toBe('2001:db8::1');
  });

  it.each([
    ['a host name', { address: 'localhost', port: 1 }],
    ['a port above 65535', { address: '192.0.2.1', port: 65_536 }],
  ])('refuses %s as an address', (_, value) => {
    const write = attribute(ATTRIBUTE.xorPeerAddress, value);
    expect(() => createMessage(METHOD.send, 'indication', [write])).toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
  });
});
