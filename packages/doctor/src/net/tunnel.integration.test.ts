import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { attempt } from './bounded.ts';
import { openTcp } from './tunnel.ts';

const NEVER = new AbortController().signal;

/** Says a word to whoever connects. */
async function greeter() {
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket.on('error', () => undefined));
    socket.end('hello');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, end: () => server.close() };
}

/** An HTTP proxy that answers CONNECT with a status, and tunnels where that is 200. */
async function proxy(status: number, wanted?: string) {
  const seen: (string | undefined)[] = [];
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    seen.push(headers['proxy-authorization']);
    const allowed = wanted === undefined || headers['proxy-authorization'] === wanted;
    const answer = allowed ? status : 407;
    client.write(`HTTP/1.1 ${answer} Answer\r\n\r\n`);
    if (answer !== 200) return client.end();
    const [host = '', port = ''] = url.split(':');
    const upstream = connect(Number(port), host);
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
    return upstream.pipe(client).pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { at: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen, end: () => server.close() };
}

async function firstWord(socket: Socket): Promise<string> {
  const [chunk] = await once(socket, 'data');
  socket.destroy();
  return String(chunk);
}

describe('a TCP connection through a proxy (real CONNECT on loopback)', () => {
  it('is tunnelled, with the name and the password of the proxy', async () => {
    const target = await greeter();
    const wanted = `Basic ${Buffer.from('anna:sésamo').toString('base64')}`;
    const via = await proxy(200, wanted);
    const url = `http://anna:${encodeURIComponent('sésamo')}@${via.at}`;
    const socket = await openTcp({ host: '127.0.0.1', port: target.port, proxy: url }, NEVER);
    expect(await firstWord(socket)).toBe('hello');
    expect(via.seen).toEqual([wanted]);
    via.end();
    target.end();
  });

  it.each([
    [407, 'proxy_auth'],
    [403, 'proxy_refused'],
    [502, 'proxy_refused'],
  ])('says %s as %s', async (status, reason) => {
    const via = await proxy(status);
    const result = await attempt(NEVER, 2_000, (signal) =>
      openTcp({ host: '127.0.0.1', port: 9, proxy: `http://${via.at}` }, signal),
    );
    expect(result).toMatchObject({ ok: false, reason });
    via.end();
  });

  it('says that a proxy is not there', async () => {
    const result = await attempt(NEVER, 2_000, (signal) =>
      openTcp({ host: '127.0.0.1', port: 9, proxy: 'http://127.0.0.1:1' }, signal),
    );
    expect(result).toMatchObject({ ok: false, reason: 'refused' });
  });
});
