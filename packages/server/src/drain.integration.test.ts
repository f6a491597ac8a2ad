import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SessionEnd } from '@anypath/protocol';
import { Server } from 'socket.io';
import { io as connect, type Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { Drain } from './drain.ts';
import type { SocketServer } from './socket/connection.ts';

/** The sockets of a node, without what they are for; they answer questions after a while. */
async function startNode(hasOthers: boolean) {
  const http = createServer();
  const io: SocketServer = new Server(http, { serveClient: false });
  const drain = new Drain({ io, hasOthers });
  io.on('connection', (socket) => {
    socket.data = {} as typeof socket.data;
    socket.on('session:check', (_nothing, answer) => void setTimeout(() => answer?.({ ok: true }), 200));
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const sockets: Socket[] = [];
  const open = async (transport: 'websocket' | 'polling'): Promise<Socket> => {
    const socket = connect(url, { transports: [transport], upgrade: false, forceNew: true, reconnection: false });
    sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return socket;
  };
  const close = async () => {
    for (const socket of sockets) socket.close();
    await io.close();
  };
  return { drain, open, [Symbol.asyncDispose]: close };
}

const told = (socket: Socket): Promise<number> =>
  new Promise((resolve) => {
    socket.once('session:end', ({ error }: SessionEnd) => {
      expect(error).toBe('shutting_down');
      resolve(performance.now());
    });
  });

const gone = (socket: Socket): Promise<string> => new Promise((resolve) => socket.once('disconnect', resolve));

describe('a node that stops while others go on (real Socket.IO)', () => {
  it('says at once that it stops, and takes nobody new', async () => {
    await using node = await startNode(true);
    await node.open('websocket');
    const drained = node.drain.run();
    expect(node.drain.isOn).toBe(true);
    await expect(node.open('websocket')).rejects.toThrow('websocket error');
    await expect(node.open('polling')).rejects.toThrow('xhr poll error');
    await drained;
  });

  it('[SE6] tells its sockets one by one over a second, and cuts those that stay half a second later', async () => {
    await using node = await startNode(true);
    const transports = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? ('websocket' as const) : ('polling' as const),
    );
    const sockets = await Promise.all(transports.map(node.open));
    const [times, reasons] = [sockets.map(told), sockets.map(gone)];
    const startedMs = performance.now();
    await node.drain.run();
    const atMs = (await Promise.all(times)).map((ms) => ms - startedMs).sort((a, b) => a - b);
    // One in each twentieth of a second.
    expect(atMs.every((ms, index) => ms >= index * 50)).toBe(true);
    expect(atMs.at(-1)).toBeLessThan(1_300);
    // A client that Socket.IO reconnects by itself.
    expect(new Set(await Promise.all(reasons))).toEqual(new Set(['transport close']));
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  it('answers what is asked until then', async () => {
    await using node = await startNode(true);
    const socket = await node.open('websocket');
    const drained = node.drain.run();
    await told(socket);
    expect(await socket.emitWithAck('session:check', {})).toEqual({ ok: true });
    await drained;
  });

  it('does not wait for sockets that have moved', async () => {
    await using node = await startNode(true);
    const socket = await node.open('websocket');
    const drained = node.drain.run().then(() => performance.now());
    const toldMs = await told(socket);
    socket.close();
    expect((await drained) - toldMs).toBeLessThan(400);
  });

  it('tells all at once where there are no others, and waits for nothing', async () => {
    await using node = await startNode(false);
    const sockets = await Promise.all(['websocket', 'polling'].map((name) => node.open(name as 'polling')));
    const times = sockets.map(told);
    const startedMs = performance.now();
    await node.drain.run();
    expect(performance.now() - startedMs).toBeLessThan(100);
    await Promise.all(times);
  });
});
