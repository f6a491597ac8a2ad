import { type ClientToServer, LIMITS, RATE_LIMITS, type ServerToClient } from '@anypath/protocol';
import { io, type Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { cookieSignIn, OPERATOR_SECRET, operatorToken, signOut } from '../testing/session.ts';
import { heard, TestServer } from '../testing/test-server.ts';

type ClientSocket = Socket<ServerToClient, ClientToServer>;

interface Presented {
  readonly auth: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly transport?: string;
}

/** Connects with what is presented, and nothing else. @throws what the server refuses with */
async function connect(server: TestServer, { auth, headers = {}, transport = 'websocket' }: Presented) {
  const socket: ClientSocket = io(server.url, {
    auth,
    extraHeaders: headers,
    forceNew: true,
    reconnection: false,
    transports: [transport],
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('session:start', () => resolve());
    socket.once('connect_error', reject);
  });
  return socket;
}

/** How a socket ends: what it is told, and that it is closed. */
async function end(socket: ClientSocket) {
  const closed = new Promise((resolve) => socket.once('disconnect', resolve));
  const told = await heard(socket, 'session:end');
  await closed;
  return told;
}

const refused = (error: string) => expect.objectContaining({ data: expect.objectContaining({ error }) });

describe.each([['websocket'], ['polling']])(
  'a socket with a session in a cookie on the real server by %s',
  (transport) => {
    it('[S1.3] [SE1] connects with its CSRF token, also where Bearer is off', async () => {
      await using server = await TestServer.start({ ALLOW_BEARER_AUTH: 'false' });
      const { cookie, csrfToken } = await cookieSignIn(server, 'alice');
      const socket = await connect(server, { auth: { deviceId: 'a1', csrfToken }, headers: { cookie }, transport });
      expect(socket.connected).toBe(true);
    });

    it('[S1.3] [SE1] does not connect without it, or with that of another session', async () => {
      await using server = await TestServer.start();
      const [{ cookie }, other] = [await cookieSignIn(server, 'alice'), await cookieSignIn(server, 'bob')];
      for (const more of [{}, { csrfToken: '' }, { csrfToken: other.csrfToken }, { csrfToken: 'x'.repeat(100_000) }]) {
        const attempt = connect(server, { auth: { deviceId: 'a1', ...more }, headers: { cookie }, transport });
        await expect(attempt).rejects.toEqual(refused('csrf_failed'));
      }
    });

    it('[S1.7] [SE5] is told and closed at the sign-out; those of another session stay', async () => {
      await using server = await TestServer.start();
      const [mine, other] = [await cookieSignIn(server, 'alice'), await cookieSignIn(server, 'alice')];
      const open = (session: typeof mine, deviceId: string) =>
        connect(server, {
          auth: { deviceId, csrfToken: session.csrfToken },
          headers: { cookie: session.cookie },
          transport,
        });
      const [first, second, third] = [await open(mine, 'a1'), await open(mine, 'a2'), await open(other, 'a3')];
      const ends = Promise.all([end(first), end(second)]);
      expect((await signOut(server, mine.headers)).status).toBe(204);
      expect(await ends).toMatchObject([{ error: 'session_ended' }, { error: 'session_ended' }]);
      await expect(open(mine, 'a1')).rejects.toEqual(refused('session_ended'));
      await open(other, 'a4');
      expect(third.connected).toBe(true);
    });
  },
);

describe('a socket with a token on the real server', () => {
  it('[S1.3] [SE1] does not connect where Bearer is off, or not for the socket', async () => {
    for (const env of [{ ALLOW_BEARER_AUTH: 'false' }, { BEARER_ROUTE_WHITELIST: '^/api/v1/rtc' }]) {
      await using server = await TestServer.start({ JWT_SECRET: OPERATOR_SECRET, ...env });
      const attempt = connect(server, { auth: { deviceId: 'a1', token: await operatorToken() } });
      await expect(attempt).rejects.toEqual(refused('unauthenticated'));
    }
  });

  it('[S1.7] [SE5] is closed when the token expires, and does not come back with it', async () => {
    await using server = await TestServer.start({ JWT_SECRET: OPERATOR_SECRET });
    const exp = Math.floor(Date.now() / 1000) + 2;
    const auth = { deviceId: 'a1', token: await operatorToken({ exp }) };
    const socket = await connect(server, { auth });
    expect(await end(socket)).toMatchObject({ error: 'session_ended' });
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
    await expect(connect(server, { auth })).rejects.toEqual(refused('session_ended'));
  });

  it('stays where the token holds for longer than a timer can wait', async () => {
    await using server = await TestServer.start({ JWT_SECRET: OPERATOR_SECRET });
    const token = await operatorToken({ exp: Number.MAX_SAFE_INTEGER });
    const socket = await connect(server, { auth: { deviceId: 'a1', token } });
    await server.socket('bob');
    expect(socket.connected).toBe(true);
  });

  it('[S1.7] does not come back after the sign-out, also after a restart of the server', async () => {
    await using server = await TestServer.start();
    const auth = { deviceId: 'a1', token: await server.signIn('alice') };
    const socket = await connect(server, { auth });
    const ended = end(socket);
    await signOut(server, { authorization: `Bearer ${auth.token}` });
    await ended;
    await expect(connect(server, { auth })).rejects.toEqual(refused('session_ended'));
    await using again = await TestServer.start({ DATA_DIR: server.folder });
    await expect(connect(again, { auth })).rejects.toEqual(refused('session_ended'));
  });

  it('does not connect with one of more than 8192 characters', async () => {
    await using server = await TestServer.start();
    const attempt = connect(server, { auth: { deviceId: 'a1', token: 'x'.repeat(LIMITS.tokenMaxLength + 1) } });
    await expect(attempt).rejects.toEqual(refused('unauthenticated'));
  });
});

describe('[S7.6] CORS for sockets of the real server', () => {
  it('lets pages of the listed origins send their cookie, and no other', async () => {
    await using server = await TestServer.start({ ALLOWED_ORIGINS: 'https://app.example.com' });
    const ask = (origin: string) => fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
    const allowed = await ask('https://app.example.com');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
    expect((await ask('https://evil.example.com')).status).toBe(403);
  });
});

describe('connections to the real server that are not signed in', () => {
  it('[SE7] are limited by address; who is signed in is not hurt', async () => {
    await using server = await TestServer.start({ LOG_LEVEL: 'silent' });
    const wrong = { auth: { token: 'not-a-token', deviceId: 'a1' } };
    const { points } = RATE_LIMITS.refusedConnections;
    for (let index = 0; index < points; index++) {
      await expect(connect(server, wrong)).rejects.toEqual(refused('unauthenticated'));
    }
    await expect(connect(server, wrong)).rejects.toEqual(refused('rate_limited'));
    expect((await server.socket('alice')).connected).toBe(true);
  });
});
