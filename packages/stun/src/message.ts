import { randomBytes } from 'node:crypto';
import type { AttributeCodec } from './codecs.ts';
import type { MessageClass } from './header.ts';
import type { IntegrityMark } from './integrity.ts';

/** One attribute as it travels. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** A STUN message without its protection: MESSAGE-INTEGRITY and FINGERPRINT are added and checked apart from it. */
export interface StunMessage {
  /** 12 bits; see `METHOD`. */
  readonly method: number;
  readonly class: MessageClass;
  /** 12 bytes. */
  readonly transactionId: Uint8Array;
  readonly attributes: readonly Attribute[];
}

/** A message that arrived, with what its integrity is checked against. */
export interface ReceivedMessage extends StunMessage {
  readonly bytes: Uint8Array;
  readonly integrity: readonly IntegrityMark[];
  /** Whether it had a FINGERPRINT, which was then right. */
  readonly hasFingerprint: boolean;
}

/** An attribute still to be written: some depend on the transaction id. */
export type AttributeWriter = (transactionId: Uint8Array) => Attribute;

/** An attribute with its value, for `createMessage`. */
export const attribute =
  <T>(codec: AttributeCodec<T>, value: T): AttributeWriter =>
  (transactionId) => ({ type: codec.type, value: codec.encode(value, transactionId) });

/**
 * A message with a new transaction id.
 *
 * @throws StunError `malformed` where the value of an attribute is not one
 */
export function createMessage(
  method: number,
  messageClass: MessageClass,
  attributes: readonly AttributeWriter[],
): StunMessage {
  const transactionId = new Uint8Array(randomBytes(12));
  return { method, class: messageClass, transactionId, attributes: attributes.map((write) => write(transactionId)) };
}

/**
 * The value of the first attribute of that type; later ones do not count (RFC 8489 section 14).
 *
 * @throws StunError `malformed` where its value is not one of that type
 */
export function readAttribute<T>(message: StunMessage, codec: AttributeCodec<T>): T | undefined {
  const found = message.attributes.find(({ type }) => type === codec.type);
  return found && codec.decode(found.value, message.transactionId);
}
