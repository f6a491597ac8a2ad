import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The TCP connections of a server, upgraded ones too, which Node's own `closeAllConnections` does not know. */
export class Connections {
  readonly #open = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  /** Cuts whatever is still open, such as a reader that never reads its goodbye. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
