import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectSocket, isIP, isIPv6, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type PeerCertificate, type SecureContextOptions, connect as startTls } from 'node:tls';
import { canonicalAddress, type TransportAddress } from './address.ts';
import { StunError } from './errors.ts';
import { StreamFramer } from './framing.ts';
import { FailureLatch, type Receiver, type Transport, transportError } from './transport.ts';

/**
 * Connects over TCP.
 *
 * @throws StunError `refused`, `unreachable`, and the reason of the signal
 */
export async function connectTcp({ address, port }: TransportAddress, signal: AbortSignal): Promise<Duplex> {
  const socket = connectSocket({ host: address, port, noDelay: true });
  return opened(socket, once(socket, 'connect', { signal }), 'tcp', signal);
}

/**
 * Starts TLS on a connected stream. The server's certificate must be valid for the host; host names are sent as SNI.
 *
 * @param stream is destroyed where this fails
 * @param host what the certificate must be for: a name or an address
 * @param options authorities to trust and the like
 * @throws StunError `tls`, and the reason of the signal
 */
export async function secure(
  stream: Duplex,
  host: string,
  options: SecureContextOptions,
  signal: AbortSignal,
): Promise<Duplex> {
  const servername = isIP(host) ? undefined : host;
  const named = servername ? { servername } : {};
  const checked = isIPv6(host) ? { checkServerIdentity: checkAddress } : {};
  const socket = startTls({ ...options, socket: stream, host, ...named, ...checked });
  try {
    return await opened(socket, once(socket, 'secureConnect', { signal }), 'tls', signal);
  } catch (error) {
    await destroyed(stream);
    throw error;
  }
}

/** Node 22.23 compares IPv6 addresses with the DNS names of a certificate alone, and so refuses every one. */
function checkAddress(address: string, { raw }: PeerCertificate): Error | undefined {
  if (new X509Certificate(raw).checkIP(address) !== undefined) return undefined;
  const code = 'ERR_TLS_CERT_ALTNAME_INVALID';
  return Object.assign(new Error('the certificate is not for this address'), { code });
}

async function opened(
  stream: Duplex,
  event: Promise<unknown>,
  phase: 'tcp' | 'tls',
  signal: AbortSignal,
): Promise<Duplex> {
  try {
    await event;
    return stream;
  } catch (error) {
    await destroyed(stream);
    throw signal.aborted ? signal.reason : transportError(phase, error);
  }
}

function destroyed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    stream.on('error', () => undefined);
    if (stream.closed) return resolve();
    stream.once('close', () => resolve());
    stream.destroy();
  });
}

/** Messages on a TCP or TLS connection, or on any other stream. */
export class StreamTransport implements Transport {
  readonly local: TransportAddress | undefined;
  readonly isReliable = true;
  readonly #stream: Duplex;
  readonly #failure = new FailureLatch();

  /** @param stream connected; it belongs to the transport from here on */
  constructor(stream: Duplex) {
    this.#stream = stream;
    this.local = localOf(stream);
    const fail = (error: StunError) => {
      this.#failure.fail(error);
      stream.destroy();
    };
    stream.on('error', (error) => fail(transportError('tcp', error)));
    const ended = () => fail(new StunError('unreachable', 'the server closed the connection'));
    stream.once('end', ended).once('close', ended);
    if (stream.destroyed) ended();
  }

  get bufferedBytes(): number {
    return this.#stream.writableLength;
  }

  start(receiver: Receiver): void {
    const framer = new StreamFramer();
    this.#stream.on('data', (chunk: Uint8Array) => {
      try {
        for (const bytes of framer.push(chunk)) receiver.message(bytes);
      } catch (error) {
        this.#failure.fail(transportError('tcp', error));
        this.#stream.destroy();
      }
    });
    this.#failure.attach(receiver);
  }

  send(bytes: Uint8Array): void {
    if (this.#stream.writable) this.#stream.write(bytes);
  }

  close(): Promise<void> {
    this.#failure.settle();
    return destroyed(this.#stream);
  }
}

function localOf(stream: Duplex): TransportAddress | undefined {
  if (!(stream instanceof Socket)) return undefined;
  const { localAddress, localPort } = stream;
  return localAddress && localPort ? { address: canonicalAddress(localAddress), port: localPort } : undefined;
}
