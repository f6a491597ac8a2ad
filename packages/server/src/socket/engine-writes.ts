import type { SocketServer } from './connection.ts';

/** A packet of Engine.IO on its way out. */
interface Packet {
  readonly type: string;
  readonly data?: unknown;
  options: { readonly compress: boolean; readonly wsPreEncodedFrame?: readonly Buffer[] };
}

/** The part of a connection of Engine.IO that is needed. */
interface Connection {
  readonly transport: { readonly name: string };
}

/** Before the data of a message, the digit 4 (Engine.IO protocol, revision 4, "Packet encoding"). */
const MESSAGE = 0x34;

/** The first byte of a frame that is a whole text (RFC 6455, section 5.2). */
const WHOLE_TEXT = 0x81;
/** In the place of a length: it follows in two bytes, or in eight. */
const [IN_TWO_BYTES, IN_EIGHT_BYTES] = [126, 127];

/**
 * Takes from what Engine.IO does with everything that is sent, a fifth of all that is done for a signal:
 *
 * - Each text goes to its WebSocket as one buffer. Otherwise its header and the text are two, for one call of `writev`, to which Node.js copies
 *   the text once more. Socket.IO's adapter hands its broadcasts over in the same way, as `wsPreEncodedFrame`.
 * - What has been sent is let go at once. Engine.IO makes an array for what a connection sends next. In V8 of Node.js 20 those of quiet
 *   connections are soon made where old objects are, and one that is thrown away there keeps all that it held from the next collections of young
 *   objects: each of them takes three times as long then.
 */
export function lightenWrites(io: SocketServer): void {
  let sent: Packet[] = [];
  io.engine.on('flush', ({ transport }: Connection, packets: Packet[]) => {
    if (transport.name === 'websocket') for (const packet of packets) frameText(packet);
    sent = packets;
  });
  // The transport has encoded all of them by then.
  io.engine.on('drain', () => {
    sent.length = 0;
  });
}

function frameText(packet: Packet): void {
  const { type, data, options } = packet;
  if (type !== 'message' || typeof data !== 'string' || options.wsPreEncodedFrame) return;
  // All packets of an event share their options, and its attachments are no text.
  packet.options = { compress: options.compress, wsPreEncodedFrame: [frameOf(data)] };
}

/** A message in a frame, as a server sends it (RFC 6455, section 5.2): all of it in one buffer, where `ws` makes three. */
function frameOf(data: string): Buffer {
  const length = 1 + Buffer.byteLength(data);
  const headerLength = length < IN_TWO_BYTES ? 2 : length < 2 ** 16 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerLength + length);
  frame[0] = WHOLE_TEXT;
  frame[1] = headerLength === 2 ? length : headerLength === 4 ? IN_TWO_BYTES : IN_EIGHT_BYTES;
  if (headerLength === 4) frame.writeUInt16BE(length, 2);
  if (headerLength === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame[headerLength] = MESSAGE;
  frame.write(data, headerLength + 1);
  return frame;
}
