import { LIMITS } from '@anypath/protocol';

/** The part of an Engine.IO connection that is needed: `flush` is emitted when its buffer goes to the transport. */
interface Connection {
  on(event: 'flush', listener: () => void): unknown;
}

/** Counts what waits for a socket to be read, so that a slow reader cannot fill the server's memory. */
export class OutboundQueue {
  #bytes = 0;

  constructor(connection: Connection) {
    connection.on('flush', () => {
      this.#bytes = 0;
    });
  }

  /**
   * Takes room for something that is about to be sent.
   *
   * @param bytes its size
   * @returns whether there was room
   */
  reserve(bytes: number): boolean {
    if (this.#bytes + bytes > LIMITS.socketQueueMaxBytes) return false;
    this.#bytes += bytes;
    return true;
  }
}
