import { WebSocket, WebSocketServer } from 'ws';

/** What Engine.IO sends its texts with, too, where one goes to many. */
interface Sender {
  sendFrame(parts: readonly Buffer[], done: (error?: Error) => void): void;
}

/** A final frame of text (RFC 6455, section 5.2). */
const FINAL_TEXT = 0x81;
/** Lengths that say how many bytes of length follow; below the first one the length stands there itself. */
const TWO_BYTES_FOLLOW = 126;
const TOO_LONG = 65_536;

/**
 * Sends a text in one piece. `ws` hands header and text to the stream one by one, and with that a signal allocates a tenth more and takes
 * more of the processor. Never used with compression.
 */
class SingleWriteSocket extends WebSocket {
  override send(data: unknown, ...rest: unknown[]): void {
    const [done] = rest;
    const frame = typeof data === 'string' && this.readyState === WebSocket.OPEN ? frameOf(data) : undefined;
    if (frame && typeof done === 'function') {
      (this as unknown as { _sender: Sender })._sender.sendFrame([frame], done as () => void);
      return;
    }
    (super.send as (...args: unknown[]) => void).call(this, data, ...rest);
  }
}

/** The option `wsEngine` of Engine.IO: its WebSocket server, with sockets that send a text in one piece. */
export class SingleWriteServer extends WebSocketServer {
  constructor(options: WebSocket.ServerOptions) {
    super({ ...options, WebSocket: SingleWriteSocket as unknown as typeof WebSocket });
  }
}

/** @returns `undefined` where a text is so long that a copy costs more than it saves */
function frameOf(text: string): Buffer | undefined {
  const length = Buffer.byteLength(text);
  if (length >= TOO_LONG) return undefined;
  const start = length < TWO_BYTES_FOLLOW ? 2 : 4;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = FINAL_TEXT;
  if (start === 2) frame[1] = length;
  else {
    frame[1] = TWO_BYTES_FOLLOW;
    frame.writeUInt16BE(length, 2);
  }
  frame.write(text, start);
  return frame;
}
