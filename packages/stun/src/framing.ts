import { CHANNEL_NUMBERS, isChannelData } from './channel-data.ts';
import { StunError } from './errors.ts';
import { HEADER_BYTES, padded } from './header.ts';

const LENGTH_KNOWN_BYTES = 4;
/** Of the last channel number. */
const LAST_FIRST_BYTE = CHANNEL_NUMBERS.last >> 8;

/** Cuts a stream into STUN and ChannelData messages (RFC 8489 section 6.2.2, RFC 8656 section 12.5). */
export class StreamFramer {
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  /** Bytes without which nothing can be decided; chunks are joined only when they are there. */
  #needed = LENGTH_KNOWN_BYTES;

  /**
   * @param chunk what arrived
   * @returns the messages that are complete, each exactly as long as its header says, ChannelData with its padding
   * @throws StunError `malformed` where the stream is neither; nothing can be made of the rest of it then
   */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) return [];
    let rest: Uint8Array = Buffer.concat(this.#chunks);
    const messages: Uint8Array[] = [];
    for (;;) {
      this.#needed = messageLength(rest) ?? LENGTH_KNOWN_BYTES;
      if (rest.length < this.#needed) break;
      messages.push(rest.subarray(0, this.#needed));
      rest = rest.subarray(this.#needed);
    }
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#buffered = rest.length;
    return messages;
  }
}

function messageLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < LENGTH_KNOWN_BYTES) return undefined;
  const [first = 0, , high = 0, low = 0] = bytes;
  if (first > LAST_FIRST_BYTE) throw new StunError('malformed', 'the stream is neither STUN nor ChannelData');
  const length = high * 256 + low;
  if (isChannelData(bytes)) return LENGTH_KNOWN_BYTES + padded(length);
  if (length % 4 !== 0) throw new StunError('malformed', 'the length of a STUN message is not a multiple of four');
  return HEADER_BYTES + length;
}
