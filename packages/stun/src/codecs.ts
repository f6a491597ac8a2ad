import { StunError } from './errors.ts';

/** How the value of one attribute is written and read. */
export interface AttributeCodec<T> {
  /** Attribute type, 16 bits. Below 0x8000 a receiver must understand it (RFC 8489 section 14). */
  readonly type: number;
  encode(value: T, transactionId: Uint8Array): Uint8Array;
  /** @throws StunError `malformed` */
  decode(bytes: Uint8Array, transactionId: Uint8Array): T;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** @throws StunError `malformed` where the value has another length */
export function expectLength(bytes: Uint8Array, length: number): DataView {
  if (bytes.length !== length) {
    throw new StunError('malformed', `an attribute has ${bytes.length} bytes instead of ${length}`);
  }
  return view(bytes);
}

/** @throws StunError `malformed` where the bytes are not UTF-8 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new StunError('malformed', 'an attribute that holds text is not UTF-8', { cause });
  }
}

export const encodeText = (text: string): Uint8Array => encoder.encode(text);

/** UTF-8 text. */
export const text = (type: number): AttributeCodec<string> => ({ type, encode: encodeText, decode: decodeText });

/** Bytes as they are. */
export const opaque = (type: number): AttributeCodec<Uint8Array> => ({
  type,
  encode: (value) => value,
  decode: (bytes) => bytes,
});

/** A 32-bit number. */
export const uint32 = (type: number): AttributeCodec<number> => ({
  type,
  encode: (value) => {
    const bytes = new Uint8Array(4);
    view(bytes).setUint32(0, value);
    return bytes;
  },
  decode: (bytes) => expectLength(bytes, 4).getUint32(0),
});

/** A 16-bit number, followed by two reserved bytes. */
export const uint16 = (type: number): AttributeCodec<number> => ({
  type,
  encode: (value) => Uint8Array.of(value >> 8, value & 0xff, 0, 0),
  decode: (bytes) => expectLength(bytes, 4).getUint16(0),
});

/** A byte, followed by three reserved bytes. */
export const uint8 = (type: number): AttributeCodec<number> => ({
  type,
  encode: (value) => Uint8Array.of(value, 0, 0, 0),
  decode: (bytes) => expectLength(bytes, 4).getUint8(0),
});
