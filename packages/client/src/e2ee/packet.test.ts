import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeContent, encodeContent, HELLO_BYTES } from './packet.ts';

const bytes = (constraints: fc.IntArrayConstraints) =>
  fc.uint8Array(constraints).map((array) => Uint8Array.from(array));

describe('the content of an envelope', () => {
  it('is a frame, a hello, or both', () => {
    const hello = bytes({ minLength: HELLO_BYTES, maxLength: HELLO_BYTES });
    const frame = bytes({ minLength: 1, maxLength: 100 });
    const content = fc.oneof(fc.record({ frame }), fc.record({ hello }), fc.record({ hello, frame }));
    fc.assert(
      fc.property(content, (value) => {
        expect(decodeContent(encodeContent(value))).toEqual(value);
      }),
    );
  });

  it('is nothing else', () => {
    fc.assert(
      fc.property(bytes({ maxLength: 120 }), (value) => {
        const content = decodeContent(value);
        if (content) expect(encodeContent(content)).toEqual(value);
      }),
    );
    expect(decodeContent(Uint8Array.of(1))).toBeUndefined();
    expect(decodeContent(new Uint8Array(49).fill(3))).toBeUndefined();
  });
});
