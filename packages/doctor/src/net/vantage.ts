import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIP, isIPv6 } from 'node:net';
import {
  ATTRIBUTE,
  type AttributeWriter,
  attribute,
  createMessage,
  decodeMessage,
  encodeMessage,
  METHOD,
  type ReceivedMessage,
  readAttribute,
  type TransportAddress,
} from '@anypath/stun';
import { CheckError } from './reason.ts';

/** What a binding from a vantage point shows. */
export interface Sight {
  /** Whom was asked. */
  readonly to: TransportAddress;
  /** This socket as the other end sees it. */
  readonly mapped: TransportAddress;
  /** Another address of the server (RFC 5780 section 7.4), where it has one. */
  readonly other: TransportAddress | undefined;
}

/** Times at which a request is sent, milliseconds from the first on. */
const SENDINGS_MS = [0, 150, 450, 900] as const;

/**
 * One UDP port from which several servers are asked, so that what routers do with it can be compared (RFC 5780 section 4).
 * Unlike the sockets of the STUN client it hears everybody.
 */
export class Vantage implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #listeners = new Set<(bytes: Uint8Array, from: RemoteInfo) => void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    // An ICMP error of one destination must not end the others.
    socket.on('error', () => undefined);
    socket.on('message', (bytes, from) => {
      for (const listener of this.#listeners) listener(bytes, from);
    });
  }

  /** Opens a port for addresses of a family. */
  static async open(family: 4 | 6): Promise<Vantage> {
    const socket = createSocket(family === 4 ? 'udp4' : 'udp6');
    socket.bind(0);
    await once(socket, 'listening');
    return new Vantage(socket);
  }

  /** Sends as often as one might be lost, until the signal aborts. */
  send(to: TransportAddress, bytes: Uint8Array, signal: AbortSignal): void {
    for (const ms of SENDINGS_MS) {
      const timer = setTimeout(() => {
        if (!signal.aborted) this.#socket.send(bytes, to.port, to.address, () => undefined);
      }, ms);
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    }
  }

  /**
   * Waits for bytes that fulfil a condition.
   *
   * @throws the signal's reason
   */
  heard<T>(of: (bytes: Uint8Array, from: RemoteInfo) => T | undefined, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#listeners.delete(listener);
        reject(signal.reason);
      };
      const listener = (bytes: Uint8Array, from: RemoteInfo) => {
        const found = of(bytes, from);
        if (found === undefined) return;
        this.#listeners.delete(listener);
        signal.removeEventListener('abort', end);
        resolve(found);
      };
      this.#listeners.add(listener);
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
    });
  }

  /**
   * A STUN binding from this port.
   *
   * @param change from where the answer is to come instead (RFC 5780 section 7.2)
   * @throws the signal's reason; CheckError `malformed`
   */
  async bind(
    to: TransportAddress,
    signal: AbortSignal,
    change?: { readonly address: boolean; readonly port: boolean },
  ): Promise<Sight> {
    const attributes: AttributeWriter[] = change ? [attribute(ATTRIBUTE.changeRequest, change)] : [];
    const request = createMessage(METHOD.binding, 'request', attributes);
    const answered = new AbortController();
    this.send(to, encodeMessage(request, { fingerprint: true }), AbortSignal.any([signal, answered.signal]));
    try {
      const message = await this.heard((bytes) => answerTo(request.transactionId, bytes), signal);
      const mapped = readAttribute(message, ATTRIBUTE.xorMappedAddress);
      if (!mapped) throw new CheckError('malformed', 'the answer has no mapped address');
      return { to, mapped, other: readAttribute(message, ATTRIBUTE.otherAddress) };
    } finally {
      answered.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}

function answerTo(id: Uint8Array, bytes: Uint8Array): ReceivedMessage | undefined {
  try {
    const message = decodeMessage(bytes);
    return message.class === 'success' && Buffer.compare(message.transactionId, id) === 0 ? message : undefined;
  } catch {
    // Anybody may send anything to an open port.
    return undefined;
  }
}

/** The address of a host, IPv4 where there is a choice. @throws errors of `dns.lookup` */
export async function resolved(host: string, port: number): Promise<TransportAddress> {
  if (isIP(host)) return { address: host, port };
  const { address } = await lookup(host, { order: 'ipv4first' });
  return { address, port };
}

/** The family of an address. */
export const familyOf = (address: string): 4 | 6 => (isIPv6(address) ? 6 : 4);
