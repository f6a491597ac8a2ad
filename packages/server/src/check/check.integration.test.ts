import { CHECK_NAMESPACE, CheckAnswer, LIMITS, RATE_LIMITS } from '@anypath/protocol';
import { io, type Socket } from 'socket.io-client';
import * as v from 'valibot';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TestServer } from '../testing/test-server.ts';

const TURN = { TURN_URIS: 'turn:127.0.0.1:3478', TURN_SECRET: 'a-secret-of-sixteen', TURN_PROBE_INTERVAL: '0' };
const PUBLIC_TURN = {
  PUBLIC_TURN_URIS: 'turn:127.0.0.1:3479',
  PUBLIC_TURN_USERNAME: 'somebody',
  PUBLIC_TURN_PASSWORD: 'a-password-for-everybody',
};

/** Connects to the namespace of the check; the error where it is refused. */
async function connected(server: TestServer, auth: object, transport = 'websocket'): Promise<Socket | string> {
  const socket = io(server.url + CHECK_NAMESPACE, {
    transports: [transport],
    reconnection: false,
    forceNew: true,
    auth,
  });
  onTestFinished(() => void socket.disconnect());
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket));
    socket.once('connect_error', (error: Error & { data?: { error: string } }) =>
      resolve(error.data?.error ?? error.message),
    );
  });
}

async function opened(server: TestServer, auth: object, transport?: string): Promise<Socket> {
  const socket = await connected(server, auth, transport);
  if (typeof socket === 'string') throw new Error(socket);
  return socket;
}

describe('the connectivity check of a server with CHECK_PUBLIC=true', () => {
  it('gives anybody credentials of a minute, and not those of a wallet', async () => {
    await using server = await TestServer.start({ ...TURN, CHECK_PUBLIC: 'true' });
    const response = await server.fetch('/api/v1/check');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { ice, address } = v.parse(CheckAnswer, await response.json());
    expect(ice?.ttl).toBe(60);
    const { username = '' } = ice?.iceServers[0] ?? {};
    const [expiry, name] = username.split(':');
    expect(name).toMatch(/^check-[0-9a-f]{8}$/);
    expect(Number(expiry) * 1000 - Date.now()).toBeLessThanOrEqual(61_000);
    expect(address).toBe('127.0.0.1');
  });

  it('never gives out credentials that do not end', async () => {
    await using server = await TestServer.start({ ...PUBLIC_TURN, TURN_PROBE_INTERVAL: '0', CHECK_PUBLIC: 'true' });
    const text = await (await server.fetch('/api/v1/check')).text();
    expect(text).not.toContain(PUBLIC_TURN.PUBLIC_TURN_PASSWORD);
    expect(v.parse(CheckAnswer, JSON.parse(text)).ice).toBeUndefined();
  });

  it('limits each address', async () => {
    await using server = await TestServer.start({ ...TURN, CHECK_PUBLIC: 'true' });
    const statuses: number[] = [];
    for (let at = 0; at <= RATE_LIMITS.check.points; at++) statuses.push((await server.fetch('/api/v1/check')).status);
    expect(statuses.at(-2)).toBe(200);
    expect(statuses.at(-1)).toBe(429);
  });

  it.each(['websocket', 'polling'])('echoes over %s', async (transport) => {
    await using server = await TestServer.start({ CHECK_PUBLIC: 'true' });
    const socket = await opened(server, {}, transport);
    const sent = Uint8Array.of(1, 2, 3);
    const echo: Uint8Array = await socket.timeout(5_000).emitWithAck('check:echo', sent);
    expect([...new Uint8Array(echo)]).toEqual([1, 2, 3]);
  });

  it.each([
    ['more than an echo may be', new Uint8Array(LIMITS.checkEchoMaxBytes + 1)],
    ['something else', { text: 'hello' }],
  ])('ends the connection of who sends %s', async (_title, payload) => {
    await using server = await TestServer.start({ CHECK_PUBLIC: 'true' });
    const socket = await opened(server, {});
    const ended = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.emit('check:echo', payload, () => undefined);
    expect(await ended).toBe('io server disconnect');
  });

  it('ends the connection of who echoes without end', async () => {
    await using server = await TestServer.start({ CHECK_PUBLIC: 'true' });
    const socket = await opened(server, {});
    const ended = new Promise((resolve) => socket.once('disconnect', resolve));
    for (let at = 0; at <= LIMITS.checkEchoesMax; at++) socket.emit('check:echo', Uint8Array.of(1), () => undefined);
    expect(await ended).toBe('io server disconnect');
  });

  it('knows none of the events of a wallet there', async () => {
    await using server = await TestServer.start({ CHECK_PUBLIC: 'true' });
    const socket = await opened(server, {});
    await expect(socket.timeout(300).emitWithAck('contacts:list', {})).rejects.toThrow(/timed out/);
  });
});

describe('the connectivity check of a server without it', () => {
  it('is for who is signed in', async () => {
    await using server = await TestServer.start(TURN);
    expect((await server.fetch('/api/v1/check')).status).toBe(401);
    expect(await connected(server, {})).toBe('unauthenticated');
    expect(await connected(server, { token: 'nonsense' })).toBe('unauthenticated');
    const token = await server.signIn('alice');
    const socket = await opened(server, { token });
    expect(socket.connected).toBe(true);
  });
});
