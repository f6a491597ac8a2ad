import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { ATTRIBUTE } from '../attributes.ts';
import type { MessageClass } from '../header.ts';
import { type IntegrityKey, longTermKey } from '../integrity.ts';
import type { TurnCredentials } from '../long-term-credential.ts';
import { type AttributeWriter, attribute, createMessage, type ReceivedMessage } from '../message.ts';
import { decodeMessage, encodeMessage } from '../wire.ts';

/** What a script answers with. */
export type Reply = (
  kind: MessageClass,
  attributes: readonly AttributeWriter[],
  protection?: { key?: IntegrityKey; transactionId?: Uint8Array },
) => void;

/** Decides about one request; `count` is 1 for the first. */
export type Script = (request: ReceivedMessage, reply: Reply, count: number) => void;

export const CREDENTIALS: TurnCredentials = { username: 'alice', credential: 'wonderland' };
export const REALM = 'example.org';
export const KEY: IntegrityKey = {
  algorithm: 'sha1',
  bytes: longTermKey('md5', CREDENTIALS.username, REALM, CREDENTIALS.credential),
};

export const error = (code: number, ...more: readonly AttributeWriter[]): AttributeWriter[] => [
  attribute(ATTRIBUTE.errorCode, { code, reason: 'scripted' }),
  ...more,
];

export const challenge = (code: 401 | 438, nonce: string): AttributeWriter[] =>
  error(code, attribute(ATTRIBUTE.realm, REALM), attribute(ATTRIBUTE.nonce, nonce));

/** What an Allocate success has in it. */
export const GRANTED: readonly AttributeWriter[] = [
  attribute(ATTRIBUTE.xorRelayedAddress, { address: '192.0.2.15', port: 50_000 }),
  attribute(ATTRIBUTE.xorMappedAddress, { address: '192.0.2.1', port: 40_000 }),
  attribute(ATTRIBUTE.lifetime, 600),
];

/** A UDP server on loopback that does what the test says. */
export class ScriptedServer implements AsyncDisposable {
  readonly port: number;
  readonly requests: ReceivedMessage[];
  /** From which ports they came. */
  readonly ports: number[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket, requests: ReceivedMessage[]) {
    this.#socket = socket;
    this.port = socket.address().port;
    this.requests = requests;
  }

  static async start(script: Script): Promise<ScriptedServer> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const requests: ReceivedMessage[] = [];
    const server = new ScriptedServer(socket, requests);
    socket.on('message', (bytes, from) => {
      const request = decodeMessage(bytes);
      requests.push(request);
      server.ports.push(from.port);
      const reply: Reply = (kind, attributes, { key, transactionId = request.transactionId } = {}) => {
        const message = createMessage(request.method, kind, []);
        const written = attributes.map((write) => write(transactionId));
        socket.send(
          encodeMessage({ ...message, transactionId, attributes: written }, { key }),
          from.port,
          from.address,
        );
      };
      script(request, reply, requests.length);
    });
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}
