import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Front } from './front.ts';

/**
 * What stands where a node would: says its name, and does as the test wants. `refusing` takes nothing new and still says that it
 * is ready, as a node does that begins to stop before anybody has asked it again; `stopping` says so too.
 */
class StandIn {
  readonly name: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  state: 'ready' | 'refusing' | 'stopping' | 'silent' = 'ready';
  /** Requests for new connections of Engine.IO that came here. */
  begun = 0;

  static async listen(name: string, port = 0): Promise<StandIn> {
    const node = new StandIn(name);
    node.#server.listen(port, '127.0.0.1');
    await once(node.#server, 'listening');
    return node;
  }

  private constructor(name: string) {
    this.name = name;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('upgrade', (request, socket: Socket) => this.#upgrade(request, socket));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  kill(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    if (this.state === 'silent') return;
    const isRefused = url === '/readyz' ? this.state === 'stopping' : this.#refuses(url);
    response.writeHead(isRefused ? 503 : 200).end(this.name);
  }

  #upgrade({ url = '', headers }: IncomingMessage, socket: Socket): void {
    if (this.state === 'silent') return;
    if (this.#refuses(url)) {
      return void socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
    socket.on('error', () => undefined);
    const upgraded = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
    socket.write(`${upgraded}Sec-WebSocket-Accept: ${acceptOf(headers['sec-websocket-key'])}\r\n\r\n${this.name}`);
    socket.pipe(socket);
  }

  #refuses(url: string): boolean {
    const isNew = url.startsWith('/socket.io/') && !url.includes('sid=');
    if (isNew) this.begun++;
    return isNew && this.state !== 'ready';
  }
}

/** RFC 6455, 4.2.2: haproxy looks at it. */
const acceptOf = (key = ''): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

const NEW = '/socket.io/?EIO=4&transport=polling';
const NEW_WEBSOCKET = '/socket.io/?EIO=4&transport=websocket';
const ofNode = (name: string): string => `/socket.io/?EIO=4&transport=polling&sid=${name}.AbC-12_x`;

describe('the front of several nodes (real haproxy with deploy/front; the nodes are stand-ins)', () => {
  let folder = '';
  let nodes: StandIn[] = [];
  let front: Front;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-front-'));
    nodes = [await StandIn.listen('node1'), await StandIn.listen('node2')];
    front = await Front.start(
      folder,
      nodes.map(({ port }) => port),
    );
  });
  afterAll(async () => {
    await front[Symbol.asyncDispose]();
    for (const node of nodes) node.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  function dial(): TLSSocket {
    const { port, tls } = front.destination;
    return connectTls({ host: '127.0.0.1', port, servername: tls?.name ?? '', ca: tls?.certificate ?? '' });
  }

  /** A request on a connection of its own. @returns the status, and who answered */
  async function ask(path: string, method = 'GET'): Promise<{ status: number; who: string }> {
    const socket = dial();
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: rtc.test\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    return { status: Number(text.split(' ')[1]), who: /node\d/.exec(text)?.[0] ?? '' };
  }

  /** Somebody who talks over a WebSocket. */
  async function talk(): Promise<{ socket: TLSSocket; who: string; echo: (word: string) => Promise<void> }> {
    const socket = dial();
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.write(
      `GET ${NEW_WEBSOCKET} HTTP/1.1\r\nHost: rtc.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    const who = await vi.waitUntil(() => /\r\n\r\n(node\d)/.exec(text)?.[1], { timeout: 5_000 });
    const echo = async (word: string) => {
      socket.write(word);
      await vi.waitUntil(() => text.endsWith(word), { timeout: 5_000 });
    };
    return { socket, who, echo };
  }

  const both = async (path: string) => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(path)));
    return [...new Set(answers.map(({ who }) => who))].sort();
  };

  it('brings what is new to any node, and what belongs to a connection to its node', async () => {
    expect(await both(NEW)).toEqual(['node1', 'node2']);
    expect(await both('/api/v1/rtc/ice')).toEqual(['node1', 'node2']);
    for (const name of ['node1', 'node2']) {
      expect(await both(ofNode(name))).toEqual([name]);
      expect(await ask(ofNode(name), 'POST')).toEqual({ status: 200, who: name });
    }
    // A node that there is not any more, or somebody's own identifier: some node says that it does not know it.
    expect((await ask(ofNode('node9'))).status).toBe(200);
    expect((await ask('/socket.io/?EIO=4&transport=polling&sid=nonsense')).status).toBe(200);
  });

  it('is read again without cutting anything', async () => {
    const talker = await talk();
    front.reload();
    await vi.waitUntil(() => /Loading success|New worker/.test(front.log()), { timeout: 5_000 });
    await talker.echo('still here');
    expect((await ask(NEW)).status).toBe(200);
    talker.socket.destroy();
  });

  it('brings what a node refuses that stops to another one, from the first moment on', async () => {
    const [stopping, other] = nodes as [StandIn, StandIn];
    const before = stopping.begun;
    stopping.state = 'refusing';
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(NEW)));
    expect(answers).toEqual(Array.from({ length: 8 }, () => ({ status: 200, who: 'node2' })));
    const talkers = await Promise.all(Array.from({ length: 4 }, talk));
    expect(talkers.map(({ who }) => who)).toEqual(Array.from({ length: 4 }, () => other.name));
    for (const { socket } of talkers) socket.destroy();
    expect(stopping.begun).toBeGreaterThan(before);
  });

  it('asks it for nothing new then, and leaves it what it has', async () => {
    const [stopping] = nodes as [StandIn];
    stopping.state = 'ready';
    await vi.waitUntil(async () => (await both(NEW)).length === 2, { timeout: 5_000 });
    const talkers = await Promise.all(Array.from({ length: 4 }, talk));
    const kept = talkers.find(({ who }) => who === 'node1');
    stopping.state = 'stopping';
    await vi.waitUntil(async () => (await both('/api/v1/rtc/ice')).join() === 'node2', { timeout: 5_000 });
    const before = stopping.begun;
    for (let count = 0; count < 8; count++) expect((await ask(NEW)).who).toBe('node2');
    expect(stopping.begun).toBe(before);
    expect(await ask(ofNode('node1'))).toEqual({ status: 200, who: 'node1' });
    await kept?.echo('still here');
    for (const { socket } of talkers) socket.destroy();
    stopping.state = 'ready';
    await vi.waitUntil(async () => (await both(NEW)).length === 2, { timeout: 5_000 });
  });

  it('has a node that is frozen out within 3 s, and cuts its connections', async () => {
    const [, frozen] = nodes as [StandIn, StandIn];
    const talkers = await Promise.all(Array.from({ length: 4 }, talk));
    const theirs = talkers.filter(({ who }) => who === 'node2');
    expect(theirs.length).toBeGreaterThan(0);
    const closed = Promise.all(theirs.map(({ socket }) => once(socket, 'close')));
    frozen.state = 'silent';
    const startedMs = performance.now();
    await closed;
    expect(performance.now() - startedMs).toBeLessThan(3_500);
    expect(await both(NEW)).toEqual(['node1']);
    for (const { socket } of talkers) socket.destroy();
    frozen.state = 'ready';
    await vi.waitUntil(async () => (await both(NEW)).length === 2, { timeout: 5_000 });
  });

  it('brings what a dead node does not take to another one', async () => {
    const [dead] = nodes as [StandIn];
    const { port } = dead;
    dead.kill();
    for (let count = 0; count < 8; count++) expect(await ask(NEW)).toEqual({ status: 200, who: 'node2' });
    expect(await ask(ofNode('node1'))).toMatchObject({ status: 200 });
    nodes[0] = await StandIn.listen('node1', port);
    await vi.waitUntil(async () => (await both(NEW)).length === 2, { timeout: 5_000 });
  });
});
