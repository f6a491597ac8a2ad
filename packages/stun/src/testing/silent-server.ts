import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { freePort } from './free-port.ts';

/** Takes datagrams and connections on one port of 127.0.0.1, and says nothing. */
export class SilentServer implements AsyncDisposable {
  readonly port: number;
  readonly #close: () => Promise<unknown>;

  private constructor(port: number, close: () => Promise<unknown>) {
    this.port = port;
    this.#close = close;
  }

  static async start(): Promise<SilentServer> {
    const port = await freePort();
    const connections = new Set<Socket>();
    const tcp = createServer((socket) => {
      connections.add(socket.on('error', () => undefined).resume());
    }).listen(port, '127.0.0.1');
    const udp = createSocket('udp4').bind(port, '127.0.0.1');
    await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
    return new SilentServer(port, () => {
      for (const socket of connections) socket.destroy();
      return Promise.all([
        new Promise((resolve) => tcp.close(resolve)),
        new Promise<void>((resolve) => udp.close(() => resolve())),
      ]);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}
