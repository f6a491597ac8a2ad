import { StunError } from './errors.ts';
import { padded } from './header.ts';

/** A ChannelData message (RFC 8656 section 12.4). */
export interface ChannelData {
  /** 0x4000 to 0x4FFF. */
  readonly channel: number;
  readonly data: Uint8Array;
}

/** The channel numbers that a client may bind (RFC 8656 section 12). */
export const CHANNEL_NUMBERS = { first: 0x4000, last: 0x4fff } as const;

const HEADER_BYTES = 4;

/** Whether a message is ChannelData and not STUN, by its first byte. */
export const isChannelData = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) >> 6 === 1;

/**
 * Encodes ChannelData, padded to a multiple of four bytes, as streams need it and datagrams may have it.
 *
 * @throws StunError `unsupported` where the data is larger than 65535 bytes
 */
export function encodeChannelData({ channel, data }: ChannelData): Uint8Array {
  if (data.length > 0xffff) throw new StunError('unsupported', 'larger than ChannelData can be');
  const bytes = Buffer.alloc(HEADER_BYTES + padded(data.length));
  bytes.writeUInt16BE(channel, 0);
  bytes.writeUInt16BE(data.length, 2);
  bytes.set(data, HEADER_BYTES);
  return bytes;
}

/**
 * Decodes ChannelData.
 *
 * @param bytes one message, with or without padding; the data is a view into it
 * @throws StunError `malformed`
 */
export function decodeChannelData(bytes: Uint8Array): ChannelData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || !isChannelNumber(view.getUint16(0))) {
    throw new StunError('malformed', 'not ChannelData');
  }
  const end = HEADER_BYTES + view.getUint16(2);
  if (end > bytes.length) throw new StunError('malformed', 'ChannelData ends behind its message');
  return { channel: view.getUint16(0), data: bytes.subarray(HEADER_BYTES, end) };
}

const isChannelNumber = (channel: number): boolean =>
  channel >= CHANNEL_NUMBERS.first && channel <= CHANNEL_NUMBERS.last;
