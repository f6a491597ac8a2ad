const encoder = new TextEncoder();

/** The UTF-8 bytes of a text. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** One array after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}

/** Fields that cannot run into each other: each with its length before it, two bytes, big endian. Texts as UTF-8. */
export const fields = (...values: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> =>
  concat(
    ...values.flatMap((value) => {
      const bytes = typeof value === 'string' ? utf8(value) : value;
      return [Uint8Array.of(bytes.byteLength >> 8, bytes.byteLength & 0xff), bytes];
    }),
  );

/** Whether two arrays hold the same bytes. Not for secrets: it takes as long as they are alike. */
export const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index]);

/** Reads an array from its start. Where it ends too early `take` gives `undefined`, and nothing throws. */
export class ByteReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #offset = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  /** The next `length` bytes, a view. */
  take(length: number): Uint8Array<ArrayBuffer> | undefined {
    const end = this.#offset + length;
    if (end > this.#bytes.byteLength) return undefined;
    const part = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return part;
  }

  /** All that is left, a view. */
  rest(): Uint8Array<ArrayBuffer> {
    const part = this.#bytes.subarray(this.#offset);
    this.#offset = this.#bytes.byteLength;
    return part;
  }
}
