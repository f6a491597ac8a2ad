import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Cable } from './cable.ts';

let server: Server;
let cable: Cable;
beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cable = await Cable.to({ port: (server.address() as AddressInfo).port });
});
afterEach(() => {
  cable.cut();
  server.close();
});

/** Somebody at the near end, to whom everything comes back. */
function dial() {
  const socket: Socket = connect(cable.port, '127.0.0.1').setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  const heard = async (expected: string) => {
    while (text.length < expected.length) await once(socket, 'data');
    expect(text).toBe(expected);
  };
  return { socket, heard, text: () => text };
}

it('a cable that is held carries nothing, loses nothing and tells nobody', async () => {
  const before = dial();
  before.socket.write('one ');
  await before.heard('one ');
  cable.hold();
  before.socket.write('two ');
  const during = dial();
  during.socket.write('three');
  await once(during.socket, 'connect');
  // A trip of its own to the server takes no longer than what is held would have.
  const other = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
  other.write('trip');
  await once(other, 'data');
  other.destroy();
  expect([before.text(), during.text()]).toEqual(['one ', '']);
  cable.release();
  await before.heard('one two ');
  await during.heard('three');
});
