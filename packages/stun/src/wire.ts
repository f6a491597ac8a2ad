import { StunError } from './errors.ts';
import { decodeType, encodeType, HEADER_BYTES, MAGIC_COOKIE, padded } from './header.ts';
import {
  FINGERPRINT_TYPE,
  fingerprint,
  INTEGRITY_SHA256_TYPE,
  INTEGRITY_TYPE,
  type IntegrityKey,
  type IntegrityMark,
  integrity,
  integrityBytes,
  integrityType,
} from './integrity.ts';
import type { Attribute, ReceivedMessage, StunMessage } from './message.ts';

const MAX_LENGTH = 0xffff;

/**
 * Encodes a message (RFC 8489 section 5).
 *
 * @param protection the key to add MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 with, and whether to add a FINGERPRINT
 * @throws StunError `unsupported` where it is larger than a message can be
 */
export function encodeMessage(
  message: StunMessage,
  protection: { readonly key?: IntegrityKey | undefined; readonly fingerprint?: boolean } = {},
): Uint8Array {
  let bytes: Buffer = Buffer.concat([header(message), ...message.attributes.map(encodeAttribute)]);
  const append = (type: number, valueBytes: number, compute: (covered: Uint8Array) => Uint8Array) => {
    setLength(bytes, bytes.length + 4 + valueBytes);
    bytes = Buffer.concat([bytes, encodeAttribute({ type, value: compute(bytes) })]);
  };
  const { key } = protection;
  if (key) append(integrityType(key), integrityBytes(key), (covered) => integrity(key, covered));
  if (protection.fingerprint) append(FINGERPRINT_TYPE, 4, fingerprint);
  setLength(bytes, bytes.length);
  return bytes;
}

function header({ method, class: messageClass, transactionId }: StunMessage): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt16BE(encodeType(method, messageClass), 0);
  bytes.set(MAGIC_COOKIE, 4);
  bytes.set(transactionId, 8);
  return bytes;
}

function encodeAttribute({ type, value }: Attribute): Buffer {
  if (value.length > MAX_LENGTH) throw new StunError('unsupported', 'larger than an attribute can be');
  const bytes = Buffer.alloc(4 + padded(value.length));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  bytes.set(value, 4);
  return bytes;
}

/** The length in the header is what follows the header: integrity covers it as if the message ended behind itself. */
function setLength(bytes: Buffer, messageBytes: number): void {
  const length = messageBytes - HEADER_BYTES;
  if (length > MAX_LENGTH) throw new StunError('unsupported', 'larger than a STUN message can be');
  bytes.writeUInt16BE(length, 2);
}

/**
 * Decodes a message. A FINGERPRINT is checked; integrity is not, see `hasIntegrity`.
 *
 * @param bytes exactly one message; the values of the result are views into it
 * @returns its content: without the integrity attributes and FINGERPRINT, and without what must be ignored behind them
 * @throws StunError `malformed`
 */
export function decodeMessage(bytes: Uint8Array): ReceivedMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isStun =
    bytes.length >= HEADER_BYTES && view.getUint16(0) < 0x4000 && MAGIC_COOKIE.every((b, i) => bytes[4 + i] === b);
  if (!isStun || view.getUint16(2) !== bytes.length - HEADER_BYTES || bytes.length % 4 !== 0) {
    throw new StunError('malformed', 'not a STUN message');
  }
  const attributes: Attribute[] = [];
  const marks: IntegrityMark[] = [];
  let hasFingerprint = false;
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const type = view.getUint16(at);
    const end = at + 4 + view.getUint16(at + 2);
    if (end > bytes.length) throw new StunError('malformed', 'an attribute ends behind the message');
    const value = bytes.subarray(at + 4, end);
    if (type === FINGERPRINT_TYPE) hasFingerprint = checkFingerprint(bytes, at, value);
    else if (isNextMark(marks, type)) marks.push({ type, at, value });
    else if (marks.length === 0) attributes.push({ type, value });
    at += padded(end - at);
  }
  const transactionId = bytes.subarray(8, HEADER_BYTES);
  return { ...decodeType(view.getUint16(0)), transactionId, attributes, bytes, integrity: marks, hasFingerprint };
}

/** What follows an integrity attribute is ignored, but for the stronger one and FINGERPRINT (RFC 8489 section 14.5). */
function isNextMark(marks: readonly IntegrityMark[], type: number): boolean {
  if (type === INTEGRITY_TYPE) return marks.length === 0;
  return type === INTEGRITY_SHA256_TYPE && marks.every((mark) => mark.type === INTEGRITY_TYPE);
}

function checkFingerprint(bytes: Uint8Array, at: number, value: Uint8Array): true {
  const isLast = at + 8 === bytes.length;
  if (!isLast || Buffer.compare(fingerprint(bytes.subarray(0, at)), value) !== 0) {
    throw new StunError('malformed', 'the FINGERPRINT is wrong');
  }
  return true;
}
