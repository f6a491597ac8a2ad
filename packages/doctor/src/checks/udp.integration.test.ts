import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  ATTRIBUTE,
  attribute,
  createMessage,
  decodeMessage,
  encodeMessage,
  METHOD,
  readAttribute,
  type TransportAddress,
} from '@anypath/stun';
import { describe, expect, it } from 'vitest';
import { endpointOf } from '../net/endpoint.ts';
import type { Scene } from '../scene.ts';
import { checkUdp } from './udp.ts';

const SCENE: Scene = { signal: new AbortController().signal, proxyFor: () => undefined, now: Date.now };

/** How a STUN server answers where it is asked to answer from elsewhere (RFC 5780 section 7.2). */
type Elsewhere = 'as asked' | 'from another port alone' | 'never';

/** Two sockets of a STUN server on loopback, one of which knows the other (RFC 5780). */
async function stunServer(elsewhere: Elsewhere) {
  const [main, other] = await Promise.all([opened(), opened()]);
  const otherAddress = addressOf(other);
  for (const socket of [main, other]) {
    socket.on('message', (bytes, from) => {
      const request = decodeMessage(bytes);
      const change = readAttribute(request, ATTRIBUTE.changeRequest);
      const isRefused =
        change && (elsewhere === 'never' || (elsewhere === 'from another port alone' && change.address));
      if (isRefused) return;
      const mapped = { address: from.address, port: from.port };
      const attributes = [
        attribute(ATTRIBUTE.xorMappedAddress, mapped),
        attribute(ATTRIBUTE.otherAddress, otherAddress),
      ];
      const answer = createMessage(METHOD.binding, 'success', []);
      const { transactionId } = request;
      const written = attributes.map((write) => write(transactionId));
      (change ? other : socket).send(
        encodeMessage({ ...answer, transactionId, attributes: written }),
        from.port,
        from.address,
      );
    });
  }
  return {
    uri: `stun:127.0.0.1:${addressOf(main).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of [main, other]) await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

async function opened(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

const addressOf = (socket: Socket): TransportAddress => ({ address: '127.0.0.1', port: socket.address().port });

describe('what the router does to UDP, by a STUN server with two ports (RFC 5780, scripted)', () => {
  it.each([
    ['as asked', 'none'],
    ['from another port alone', 'address-dependent'],
    ['never', 'address-and-port-dependent'],
  ] as const)('answers come from elsewhere %s: filtering %s', async (elsewhere, filtering) => {
    await using server = await stunServer(elsewhere);
    const [row] = await checkUdp(SCENE, [endpointOf(server.uri)]);
    // Nothing on loopback translates, and both ports of the server were asked.
    expect(row).toMatchObject({ check: 'nat', outcome: 'ok', mapping: 'none', filtering, observations: 2 });
  });

  it('says nothing where nobody answers', async () => {
    const socket = await opened();
    expect(await checkUdp(SCENE, [endpointOf(`stun:127.0.0.1:${addressOf(socket).port}`)])).toEqual([]);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  });
});
