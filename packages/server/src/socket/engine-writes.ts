import { Sender } from 'ws';
import type { SocketServer } from './connection.ts';

declare module 'ws' {
  /** Exported by `ws` and used by Socket.IO's own adapter; the types leave it out. */
  const Sender: {
    /** @returns the header and the data of a frame */
    frame(data: Buffer, options: FrameOptions): Buffer[];
  };
  interface FrameOptions {
    readonly fin: boolean;
    readonly rsv1: boolean;
    readonly opcode: number;
    readonly mask: boolean;
    readonly readOnly: boolean;
  }
}

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

/** Before the data of a message (Engine.IO protocol, revision 4, "Packet encoding"). */
const MESSAGE = '4';

/** A whole text, as a server sends it (RFC 6455, section 5.2). */
const TEXT = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: false } as const;

/** To copy a larger frame takes longer than what is saved. */
const ONE_PIECE_MAX_CHARACTERS = 16_384;

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
  const pieces = Sender.frame(Buffer.from(MESSAGE + data), TEXT);
  const frame = data.length > ONE_PIECE_MAX_CHARACTERS ? pieces : [Buffer.concat(pieces)];
  // All packets of an event share their options, and its attachments are no text.
  packet.options = { compress: options.compress, wsPreEncodedFrame: frame };
}
