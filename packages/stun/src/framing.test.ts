import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeChannelData } from './channel-data.ts';
import { StreamFramer } from './framing.ts';
import { SAMPLE_IPV4_RESPONSE, SAMPLE_REQUEST } from './testing/vectors.ts';

const channelData = fc.uint8Array({ maxLength: 50 }).map((data) => encodeChannelData({ channel: 0x4001, data }));
const messages = fc.array(fc.oneof(fc.constantFrom(SAMPLE_REQUEST, SAMPLE_IPV4_RESPONSE), channelData), {
  maxLength: 6,
});

describe('a stream of messages', () => {
  it('is cut into the same messages however its chunks are cut', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }), (sent, sizes) => {
        const stream = Buffer.concat(sent);
        const framer = new StreamFramer();
        const received: Uint8Array[] = [];
        let at = 0;
        for (const size of [...sizes, stream.length]) {
          received.push(...framer.push(stream.subarray(at, at + size)));
          at += size;
        }
        expect(received.map((bytes) => [...bytes])).toEqual(sent.map((bytes) => [...bytes]));
      }),
    );
  });

  it('arrives byte by byte', () => {
    const framer = new StreamFramer();
    const received = Array.from(SAMPLE_REQUEST, (byte) => framer.push(Uint8Array.of(byte))).flat();
    expect(received).toEqual([SAMPLE_REQUEST]);
  });

  it.each([
    ['another protocol', Buffer.from('SSH-2.0-OpenSSH_9.2')],
    ['RTP', Uint8Array.of(0x80, 0, 0, 0)],
    ['a channel number that is reserved', Uint8Array.of(0x50, 0, 0, 0)],
    ['a STUN message of a length that is no multiple of four', Uint8Array.of(0, 1, 0, 3)],
  ])('is malformed where it is %s', (_, bytes) => {
    expect(() => new StreamFramer().push(bytes)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  it('throws nothing but malformed', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 10 }), (chunks) => {
        const framer = new StreamFramer();
        try {
          for (const chunk of chunks) framer.push(chunk);
        } catch (error) {
          expect(error).toMatchObject({ code: 'malformed' });
        }
      }),
    );
  });
});
