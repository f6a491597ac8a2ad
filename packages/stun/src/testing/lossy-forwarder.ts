import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Which datagrams get lost. */
export interface Losses {
  /** So many of the first from the client. */
  readonly toServer: number;
  /** So many of the first from the server. */
  readonly toClient: number;
  /** Whatever the server sends after so many. */
  readonly afterToClient?: number;
}

/** Forwards datagrams of one client to a server and back, but for those that it loses. */
export class LossyForwarder implements AsyncDisposable {
  readonly port: number;
  readonly #sockets: readonly Socket[];

  private constructor(sockets: readonly Socket[], port: number) {
    this.#sockets = sockets;
    this.port = port;
  }

  static async start(serverPort: number, loses: Losses): Promise<LossyForwarder> {
    const front = createSocket('udp4').bind(0, '127.0.0.1');
    const back = createSocket('udp4');
    back.connect(serverPort, '127.0.0.1');
    await Promise.all([once(front, 'listening'), once(back, 'connect')]);
    let clientPort = 0;
    let [fromClient, fromServer] = [0, 0];
    front.on('message', (bytes, from) => {
      clientPort = from.port;
      if (fromClient++ >= loses.toServer) back.send(bytes);
    });
    back.on('message', (bytes) => {
      fromServer += 1;
      const isLost = fromServer <= loses.toClient || fromServer > (loses.afterToClient ?? Infinity);
      if (!isLost) front.send(bytes, clientPort, '127.0.0.1');
    });
    return new LossyForwarder([front, back], front.address().port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }
}
