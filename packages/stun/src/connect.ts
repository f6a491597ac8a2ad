import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { type Bounds, unlessAborted } from './deadline.ts';
import { StunError } from './errors.ts';
import { type Transport, transportError } from './transport.ts';
import { connectTcp, StreamTransport, secure } from './transport-stream.ts';
import { connectUdp } from './transport-udp.ts';
import type { IceUri } from './uri.ts';

/** How a server is connected to. */
export interface ConnectOptions extends Bounds {
  /** For TLS: authorities to trust (`ca`) and whatever else makes a secure context. */
  readonly tls?: SecureContextOptions | undefined;
  /**
   * A stream that is connected to the server already, such as a tunnel through a proxy, for TCP and TLS. It belongs to the
   * client from here on and is destroyed with it.
   */
  readonly stream?: Duplex | undefined;
  /** Take an IPv4 or an IPv6 address of the host; an IPv4 one where there is a choice and none is given. */
  readonly family?: 4 | 6 | undefined;
  /** UDP port to send from, to compare the mappings of one port; any free one where it is left out. */
  readonly localPort?: number | undefined;
  /** Time to the first retransmission over UDP, milliseconds; 500 where it is left out (RFC 8489 section 6.2.1). */
  readonly rtoMs?: number | undefined;
}

/** Where to connect to. `tlsName` is what the certificate must be for, where that is not the host. */
export type Server = Pick<IceUri, 'host' | 'port' | 'transport'> & { readonly tlsName?: string | undefined };

/**
 * Connects to a server with a socket of its own.
 *
 * A look-up of a name cannot be ended: on `timeout` and `aborted` it goes on in the background for as long as the system
 * lets it, and its result is dropped.
 *
 * @throws StunError `unsupported` (DTLS), `unresolvable`, `refused`, `unreachable`, `tls`, and the reason of the signal
 */
export async function connectTransport(
  server: Server,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<Transport> {
  const { host, port, transport, tlsName = host } = server;
  try {
    if (transport === 'dtls') throw new StunError('unsupported', 'TURN over DTLS is not supported');
    if (transport === 'udp') {
      if (options.stream) throw new StunError('unsupported', 'a stream carries TCP and TLS, not UDP');
      const address = await resolveHost(host, options.family, signal);
      return await connectUdp({ address, port }, signal, options.localPort);
    }
    const stream =
      options.stream ?? (await connectTcp({ address: await resolveHost(host, options.family, signal), port }, signal));
    return new StreamTransport(transport === 'tls' ? await secure(stream, tlsName, options.tls ?? {}, signal) : stream);
  } catch (error) {
    options.stream?.destroy();
    throw error;
  }
}

async function resolveHost(host: string, family: 4 | 6 | undefined, signal: AbortSignal): Promise<string> {
  if (isIP(host)) return host;
  try {
    const found = await unlessAborted(signal, lookup(host, { family: family ?? 0, order: 'ipv4first' }));
    return found.address;
  } catch (error) {
    throw signal.aborted ? signal.reason : transportError('lookup', error);
  }
}
