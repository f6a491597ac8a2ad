/** Bytes of a STUN header (RFC 8489 section 5). */
export const HEADER_BYTES = 20;

/** What distinguishes STUN from other protocols on the same port. */
export const MAGIC_COOKIE: Uint8Array = Uint8Array.of(0x21, 0x12, 0xa4, 0x42);

/** Length of a value with its padding: attributes and ChannelData on streams end at a multiple of four bytes. */
export const padded = (length: number): number => Math.ceil(length / 4) * 4;

/** Methods of STUN (RFC 8489 section 18.2), TURN (RFC 8656 section 17) and TURN for TCP (RFC 6062 section 6.1). */
export const METHOD = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
  connect: 0x00a,
} as const;

/** The class of a message (RFC 8489 section 5). */
export type MessageClass = 'request' | 'indication' | 'success' | 'error';

const CLASSES = ['request', 'indication', 'success', 'error'] as const satisfies readonly MessageClass[];

/** The message type: the class is two bits between those of the method, M11–M7 C1 M6–M4 C0 M3–M0. */
export function encodeType(method: number, messageClass: MessageClass): number {
  const bits = CLASSES.indexOf(messageClass);
  const spread = (method & 0x000f) | ((method & 0x0070) << 1) | ((method & 0x0f80) << 2);
  return spread | ((bits & 1) << 4) | ((bits & 2) << 7);
}

/** The method and class of a message type below 0x4000. */
export function decodeType(type: number): { method: number; class: MessageClass } {
  const method = (type & 0x000f) | ((type >> 1) & 0x0070) | ((type >> 2) & 0x0f80);
  return { method, class: CLASSES[((type >> 4) & 1) | ((type >> 7) & 2)] ?? 'request' };
}
