import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { canonicalAddress, familyOf, type TransportAddress } from './address.ts';
import { FailureLatch, type Receiver, type Transport, transportError } from './transport.ts';

/** Errors of `send` that concern one datagram: it is lost, as UDP may lose it. */
const LOST = new Set(['EAGAIN', 'ENOBUFS', 'ENOMEM', 'EMSGSIZE']);

/**
 * A new UDP socket, connected: it receives from the server alone, and ICMP errors reach it.
 *
 * @param localPort port to send from; any free one where it is left out
 * @throws StunError `unreachable`, and the reason of the signal
 */
export async function connectUdp(
  remote: TransportAddress,
  signal: AbortSignal,
  localPort: number | undefined,
): Promise<Transport> {
  const socket = createSocket(familyOf(remote.address) === 4 ? 'udp4' : 'udp6');
  try {
    if (localPort !== undefined) {
      socket.bind(localPort);
      await once(socket, 'listening', { signal });
    }
    socket.connect(remote.port, remote.address);
    await once(socket, 'connect', { signal });
    return new UdpTransport(socket);
  } catch (error) {
    await closed(socket);
    throw signal.aborted ? signal.reason : transportError('udp', error);
  }
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.close(() => resolve()));

class UdpTransport implements Transport {
  readonly local: TransportAddress;
  readonly isReliable = false;
  readonly #socket: Socket;
  readonly #failure = new FailureLatch();
  #closed: Promise<void> | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const { address, port } = socket.address();
    this.local = { address: canonicalAddress(address), port };
    socket.on('error', (error) => this.#failure.fail(transportError('udp', error)));
  }

  get bufferedBytes(): number {
    return this.#closed ? 0 : this.#socket.getSendQueueSize();
  }

  start(receiver: Receiver): void {
    this.#socket.on('message', (bytes) => receiver.message(bytes));
    this.#failure.attach(receiver);
  }

  send(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#socket.send(bytes, (error) => {
      if (error && !LOST.has((error as NodeJS.ErrnoException).code ?? '')) {
        this.#failure.fail(transportError('udp', error));
      }
    });
  }

  close(): Promise<void> {
    this.#failure.settle();
    this.#closed ??= closed(this.#socket);
    return this.#closed;
  }
}
