import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SingleWriteServer } from './single-write.ts';

/** A server, and one client of it, over loopback. */
async function connected() {
  const server = new SingleWriteServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = (await accepted) as [WebSocket];
  return { socket, client, [Symbol.dispose]: () => void server.close(() => client.terminate()) };
}

/** The next messages: as text, or as bytes. */
const messages = (client: WebSocket, count: number): Promise<(string | Buffer)[]> =>
  new Promise((resolve) => {
    const heard: (string | Buffer)[] = [];
    client.on('message', (data: Buffer, isBinary) => {
      heard.push(isBinary ? data : data.toString());
      if (heard.length === count) resolve(heard);
    });
  });

describe('a socket that sends a text in one piece', () => {
  it('sends texts of every length, and bytes between them, as they are and in their order', async () => {
    using pair = await connected();
    const sent = [
      ...[0, 1, 125, 126, 127, 65_535, 65_536, 200_000].map((length) => 'x'.repeat(length)),
      Buffer.from([1, 2, 3]),
      'é'.repeat(63),
      '\u{1f600} and half of one: \ud83d',
    ];
    const arrived = messages(pair.client, sent.length);
    for (const message of sent) pair.socket.send(message, () => undefined);
    expect(await arrived).toEqual([...sent.slice(0, -1), '\u{1f600} and half of one: \ufffd']);
  });

  it('tells when a text was handed over, and that it was not once the socket is closed', async () => {
    using pair = await connected();
    await new Promise<void>((resolve) => pair.socket.send('text', () => resolve()));
    pair.socket.close();
    expect(await new Promise((resolve) => pair.socket.send('late', resolve))).toBeInstanceOf(Error);
  });
});
