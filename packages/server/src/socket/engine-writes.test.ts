import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io as connect, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SocketServer } from './connection.ts';
import { lightenWrites } from './engine-writes.ts';

/** Also around the sizes at which the header of a frame changes (RFC 6455, section 5.2). */
const LENGTHS = [0, 1, 50, 100, 110, 120, 125, 126, 1_000, 65_500, 65_535, 65_536, 200_000];

const io = new Server(createServer(), { maxHttpBufferSize: 2 ** 20 });
let client: Socket;
let url: string;

const open = async (transports: ('polling' | 'websocket')[]) => {
  client = connect(url, { transports, forceNew: true, reconnection: false });
  client.on('echo', (value: unknown, answer: (value: unknown) => void) => answer(value));
  await once(client as unknown as NodeJS.EventEmitter, 'connect');
};

describe.each([
  ['WebSocket', ['websocket' as const]],
  ['HTTP', ['polling' as const]],
  ['HTTP and then WebSocket', ['polling' as const, 'websocket' as const]],
])('over %s', (_name, transports) => {
  beforeEach(async () => {
    const http = createServer();
    io.attach(http);
    lightenWrites(io as unknown as SocketServer);
    await once(http.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    await open(transports);
  });

  afterEach(async () => {
    client.close();
    await io.close();
  });

  it('texts of every size arrive whole and in order, in ASCII and beyond', async () => {
    const texts = LENGTHS.flatMap((length) => ['a'.repeat(length), 'ñ'.repeat(length), '📱'.repeat(length)]);
    // Half of a pair of code units.
    texts.push('\ud83d');
    const echoes = texts.map((text) => io.timeout(10_000).emitWithAck('echo', text));
    expect((await Promise.all(echoes)).flat().every((echo, index) => echo === texts[index])).toBe(true);
  });

  it('attachments arrive as they were, between texts, from broadcasts and from answers', async () => {
    const value = { before: 'ñ', first: Buffer.from([0, 1, 2, 255]), second: Buffer.alloc(70_000, 7), after: 'é' };
    const [socket] = [...io.sockets.sockets.values()];
    const echoes = [io.timeout(10_000).emitWithAck('echo', value), socket?.timeout(10_000).emitWithAck('echo', value)];
    const [[broadcast], single] = (await Promise.all(echoes)) as [[unknown], unknown];
    expect([broadcast, single]).toEqual([value, value]);
  });
});

describe('what has been sent', () => {
  it('is let go at once', async () => {
    const http = createServer();
    io.attach(http);
    lightenWrites(io as unknown as SocketServer);
    await once(http.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const sent: unknown[][] = [];
    io.engine.on('flush', (_connection: unknown, packets: unknown[]) => sent.push(packets));
    await open(['websocket']);
    await io.timeout(10_000).emitWithAck('echo', 'something');
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.every((packets) => packets.length === 0)).toBe(true);
    client.close();
    await io.close();
  });
});
