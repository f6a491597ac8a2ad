import { ByteReader, concat } from './bytes.ts';
import { KEY_BYTES, TAG_BYTES } from './hpke.ts';

/** First byte of what travels: what it is, and which version of it. */
export const PACKET = { envelope: 1, welcome: 2, session: 3 } as const;

/** Bytes of a session's name in a hello and a welcome. */
export const SESSION_ID_BYTES = 16;
/** Bytes of a hello: the session's name, and the ephemeral public key. */
export const HELLO_BYTES = SESSION_ID_BYTES + KEY_BYTES;

/** Bytes of a session's name in a packet of it: the first half. Four sessions are kept, so that is enough to tell them apart. */
export const TAGGED_ID_BYTES = 8;
/** Bytes of the counter after it. */
export const COUNTER_BYTES = 8;
/** Bytes of a session's packet before what is sealed. */
export const HEAD_BYTES = 1 + TAGGED_ID_BYTES + COUNTER_BYTES;

/** First byte of what is inside an envelope. */
const CONTENT = { frame: 1, hello: 2, helloAndFrame: 3 } as const;

/** What is inside an envelope: a frame, a hello, or both. */
export interface Content {
  /** Names a session and brings the key for it; see `handshake.ts`. 48 bytes. */
  readonly hello?: Uint8Array<ArrayBuffer>;
  /** An encoded frame; not empty. */
  readonly frame?: Uint8Array<ArrayBuffer>;
}

/**
 * Encodes what goes into an envelope: one byte that says what it is (1 frame, 2 hello, 3 both), the hello's 48 bytes where there is
 * one, the frame.
 */
export function encodeContent({ hello, frame }: Content): Uint8Array<ArrayBuffer> {
  if (!hello) return concat(Uint8Array.of(CONTENT.frame), frame ?? new Uint8Array());
  return frame
    ? concat(Uint8Array.of(CONTENT.helloAndFrame), hello, frame)
    : concat(Uint8Array.of(CONTENT.hello), hello);
}

/** The inverse of `encodeContent`; `undefined` for anything that it did not write. The parts are views. */
export function decodeContent(bytes: Uint8Array<ArrayBuffer>): Content | undefined {
  const reader = new ByteReader(bytes);
  const kind = reader.take(1)?.[0];
  if (kind === CONTENT.frame) {
    const frame = reader.rest();
    return frame.byteLength > 0 ? { frame } : undefined;
  }
  if (kind !== CONTENT.hello && kind !== CONTENT.helloAndFrame) return undefined;
  const hello = reader.take(HELLO_BYTES);
  const frame = reader.rest();
  if (!hello || frame.byteLength > 0 !== (kind === CONTENT.helloAndFrame)) return undefined;
  return frame.byteLength > 0 ? { hello, frame } : { hello };
}

/** Which session a packet belongs to: the first 8 bytes of its name. `undefined` where it is no packet of a session. */
export const sessionIdOf = (packet: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined =>
  packet[0] === PACKET.session && packet.byteLength >= HEAD_BYTES + TAG_BYTES
    ? packet.subarray(1, 1 + TAGGED_ID_BYTES)
    : undefined;

/** Whether a packet carries nothing, but for saying that its session is to be used. */
export const isEmptyPacket = (packet: Uint8Array): boolean => packet.byteLength === HEAD_BYTES + TAG_BYTES;
