import * as v from 'valibot';
import { AnypathError } from './errors.ts';
import { Id } from './identifiers.ts';
import * as LIMITS from './limits.ts';

const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** One message. The frame's body is the message's body. */
const DataHeader = v.object({
  t: v.literal('data'),
  /** The message's identity (ULID), the same on every path. */
  id: Id,
  /** The sender's stream: new each time the sender opens the link, later ones sort after earlier ones (ULID). */
  epoch: Id,
  /** Position in the stream, from 1. */
  seq: v.pipe(seq, v.minValue(1)),
  /** The highest position that the sender knows to be acknowledged; everything up to it is settled. */
  acked: seq,
  /** When the sender sent it, in the server's clock, Unix milliseconds. */
  at: v.number(),
  /** Whether the body is UTF-8 text. */
  text: v.boolean(),
  /** Which part of a long message this is, from 0, and how many there are; the parts share `id` and have a `seq` each. */
  part: v.exactOptional(v.strictTuple([seq, v.pipe(seq, v.minValue(2))])),
  /** Says that the message stands for a call that nobody took: its name, and whether it was to have pictures. */
  missed: v.exactOptional(v.object({ call: Id, video: v.boolean() })),
});

/** End-to-end acknowledgement, sent on the path on which the message came. */
const AckHeader = v.object({
  t: v.literal('ack'),
  epoch: Id,
  /** Everything up to here was handed to the application. */
  through: seq,
  /** The message that caused this acknowledgement. */
  seq,
});

/** Asks whether a path still carries anything; the answer, on the same path, does not ask back. */
const PingHeader = v.object({ t: v.literal('ping'), reply: v.boolean() });

/** The other side closed its link: nothing is to be tried for it until one of the two says something again. */
const ByeHeader = v.object({ t: v.literal('bye') });

/** What one side of a call says to one device of the other; the body is JSON. Said again until it is acknowledged. */
const CallHeader = v.object({
  t: v.literal('call'),
  /** The call (ULID). */
  id: Id,
  /** Names what this page says to this device about this call; a page that was reloaded begins another. */
  lane: Id,
  /** Position in the lane, from 1. */
  n: v.pipe(seq, v.minValue(1)),
  /**
   * `ring` asks, `rings` tells that a device does, `accept`, `decline` and `busy` answer, `taken` goes to the devices that were too
   * late, `hangup` ends; `describe` and `candidate` make the connection for media, `muted` tells what is not to be heard or seen.
   */
  say: v.picklist(['ring', 'rings', 'accept', 'decline', 'busy', 'taken', 'hangup', 'describe', 'candidate', 'muted']),
});

/** Everything up to `through` of a lane has arrived. */
const CallAckHeader = v.object({ t: v.literal('call-ack'), id: Id, lane: Id, through: seq });

/** A piece of a stream; without a body it asks for `credit`. */
const StreamHeader = v.object({
  t: v.literal('stream'),
  /** The stream (ULID). */
  id: Id,
  /** Where in the stream the body stands, bytes from 0. */
  offset: seq,
  /** Whether nothing follows. */
  end: v.exactOptional(v.boolean()),
  /** What the writer calls it; with the first piece. */
  name: v.exactOptional(v.pipe(v.string(), v.maxLength(LIMITS.streamNameMaxLength))),
});

/** What the reader of a stream says. */
const CreditHeader = v.object({
  t: v.literal('credit'),
  id: Id,
  /** Everything up to here has arrived, bytes. */
  through: seq,
  /** The writer may go up to here, bytes. */
  limit: seq,
  /** Whether all of it has arrived, with its end. */
  done: v.boolean(),
});

/** A stream is given up; the other side answers in kind. */
const AbortHeader = v.object({ t: v.literal('abort'), id: Id, by: v.picklist(['writer', 'reader']) });

/** By its `t`. `v.variant` would try one after the other, and is what of valibot weighs most. */
const HEADERS = {
  data: DataHeader,
  ack: AckHeader,
  ping: PingHeader,
  bye: ByeHeader,
  call: CallHeader,
  'call-ack': CallAckHeader,
  stream: StreamHeader,
  credit: CreditHeader,
  abort: AbortHeader,
} as const;

/** The header of a frame. */
export type FrameHeader = v.InferOutput<(typeof HEADERS)[keyof typeof HEADERS]>;
export type DataHeader = v.InferOutput<typeof DataHeader>;
export type AckHeader = v.InferOutput<typeof AckHeader>;
export type CallHeader = v.InferOutput<typeof CallHeader>;
export type CallAckHeader = v.InferOutput<typeof CallAckHeader>;
export type StreamHeader = v.InferOutput<typeof StreamHeader>;
export type CreditHeader = v.InferOutput<typeof CreditHeader>;
export type AbortHeader = v.InferOutput<typeof AbortHeader>;

/** A frame: what travels on the data channel and on the live relay alike. */
export interface Frame {
  readonly header: FrameHeader;
  readonly body: Uint8Array<ArrayBuffer>;
}

const LENGTH_BYTES = 2;
const empty = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Encodes a frame: two bytes with the header's length (big endian), the header as JSON, the body.
 *
 * @param header which frame it is
 * @param body the message's bytes, for a data frame
 * @returns the bytes to send
 * @throws AnypathError `payload_too_large` where the frame would be larger than a path carries
 */
export function encodeFrame(header: FrameHeader, body: Uint8Array = empty): Uint8Array<ArrayBuffer> {
  const head = encoder.encode(JSON.stringify(header));
  const length = LENGTH_BYTES + head.byteLength + body.byteLength;
  if (head.byteLength > LIMITS.frameHeaderMaxBytes || length > LIMITS.frameMaxBytes) {
    throw new AnypathError('payload_too_large', `a frame of ${length} bytes is over the limit`);
  }
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint16(0, head.byteLength);
  bytes.set(head, LENGTH_BYTES);
  bytes.set(body, LENGTH_BYTES + head.byteLength);
  return bytes;
}

/**
 * Decodes a frame and checks its header.
 *
 * @param bytes what arrived
 * @returns the frame; its body is a view into `bytes`
 * @throws AnypathError `invalid_payload` for anything that `encodeFrame` did not write, `payload_too_large` beyond the limit
 */
export function decodeFrame(bytes: Uint8Array<ArrayBuffer>): Frame {
  if (bytes.byteLength > LIMITS.frameMaxBytes) throw new AnypathError('payload_too_large');
  if (bytes.byteLength < LENGTH_BYTES) throw new AnypathError('invalid_payload', 'a frame has at least two bytes');
  const headLength = new DataView(bytes.buffer, bytes.byteOffset).getUint16(0);
  const bodyStart = LENGTH_BYTES + headLength;
  if (headLength > LIMITS.frameHeaderMaxBytes || bodyStart > bytes.byteLength) {
    throw new AnypathError('invalid_payload', 'the header of a frame ends behind the frame');
  }
  return { header: headerOf(parseJson(bytes.subarray(LENGTH_BYTES, bodyStart))), body: bytes.subarray(bodyStart) };
}

function headerOf(json: unknown): FrameHeader {
  const { t } = Object(json) as { t?: unknown };
  const parsed = isKnown(t) ? v.safeParse(HEADERS[t], json) : undefined;
  if (!parsed?.success) throw new AnypathError('invalid_payload', 'the header of a frame is none of those known');
  return parsed.output;
}

const isKnown = (t: unknown): t is keyof typeof HEADERS => typeof t === 'string' && Object.hasOwn(HEADERS, t);

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new AnypathError('invalid_payload', 'the header of a frame is JSON', { cause });
  }
}
