import type { AddressInfo } from 'node:net';
import { ROUTES, type SessionEnd } from '@anypath/protocol';
import { Server } from 'socket.io';
import { io as connect, type Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { Drain } from './drain.ts';
import { createApp } from './http/app.ts';
import { createBroker } from './ice/create-broker.ts';
import { createLog } from './log.ts';
import type { SocketServer } from './socket/connection.ts';
import { Metrics } from './telemetry/metrics.ts';
import { telemetryRoutes } from './telemetry/routes.ts';

/** The HTTP application and the sockets of a node, without what they are for; they answer questions after a while. */
async function startNode(hasOthers: boolean) {
  const config = readConfig({ LOG_LEVEL: 'silent' });
  const [log, metrics] = [createLog(config), new Metrics()];
  const app = createApp(config, log);
  const io: SocketServer = new Server(app.server, { serveClient: false });
  const drain = new Drain({ io, hasOthers });
  io.on('connection', (socket) => {
    socket.on('session:check', (_nothing, answer) => void setTimeout(() => answer?.({ ok: true }), 200));
  });
  const broker = createBroker(config, () => undefined, metrics, log);
  telemetryRoutes(app, { version: '', broker, metrics, token: '', isStopping: () => drain.isOn });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
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
    await app.close();
  };
  return { url, drain, open, [Symbol.asyncDispose]: close };
}

const told = (socket: Socket): Promise<number> =>
  new Promise((resolve) => {
    socket.once('session:end', ({ error }: SessionEnd) => {
      expect(error).toBe('shutting_down');
      resolve(performance.now());
    });
  });

const gone = (socket: Socket): Promise<string> => new Promise((resolve) => socket.once('disconnect', resolve));

describe('a node that stops while others go on (real Fastify and Socket.IO)', () => {
  it('says at once that it is not ready, and takes nobody new', async () => {
    await using node = await startNode(true);
    expect((await fetch(`${node.url}${ROUTES.ready.path}`)).status).toBe(200);
    await node.open('websocket');
    const drained = node.drain.run();
    const ready = await fetch(`${node.url}${ROUTES.ready.path}`);
    expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ error: 'shutting_down' })]);
    await expect(node.open('websocket')).rejects.toThrow('websocket error');
    await expect(node.open('polling')).rejects.toThrow('xhr poll error');
    await drained;
  });

  it('[SE6] tells its sockets one by one over a second, and cuts those that stay half a second later', async () => {
    await using node = await startNode(true);
    const transports = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? ('websocket' as const) : ('polling' as const)));
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
