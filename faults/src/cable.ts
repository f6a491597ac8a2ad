import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Where a cable leads. */
export interface Destination {
  /** On loopback. */
  readonly port: number;
  /** Where the server speaks TLS: the name that it is asked for, and the certificate that it has to show (PEM). */
  readonly tls?: { readonly name: string; readonly certificate: string };
}

/** The way from one program to a server: real TCP, which may be cut, or carry nothing for a while. */
export class Cable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #isCut = false;
  #isHeld = false;

  static async to(destination: Destination): Promise<Cable> {
    const server = createServer();
    const cable = new Cable(server);
    server.on('connection', (near) => cable.#join(near, farEnd(destination)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return cable;
  }

  private constructor(server: Server) {
    this.#server = server;
  }

  /** The port of loopback at which the server is found at this end. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The same as a URL. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** From now on nothing goes through, and nobody is told: as where a network loses every packet. What is on its way waits. */
  hold(): void {
    this.#isHeld = true;
    for (const [near, far] of this.#pairs) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  }

  /** What waited goes on. */
  release(): void {
    this.#isHeld = false;
    for (const pair of this.#pairs) carry(pair);
  }

  /** Every connection is lost, with what is on its way; others can be made. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** From now on nothing goes through, also of what is on its way. */
  cut(): void {
    this.#isCut = true;
    this.#server.close();
    this.drop();
  }

  /** Resolves when no connection is left. */
  async idle(): Promise<void> {
    for (const socket of this.#sockets) if (!socket.closed) await once(socket, 'close');
  }

  #join(near: Socket, far: Socket): void {
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      // Each byte at once, as the programs at both ends would send them.
      socket.setNoDelay(true);
      // A server that is killed resets its connections; the other end learns of it.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
    if (this.#isCut) return void near.destroy();
    if (!this.#isHeld) carry(pair);
  }
}

const carry = ([near, far]: readonly [Socket, Socket]): void => void near.pipe(far).pipe(near);

const farEnd = ({ port, tls }: Destination): Socket =>
  tls ? connectTls({ host: '127.0.0.1', port, servername: tls.name, ca: tls.certificate }) : connect(port, '127.0.0.1');
