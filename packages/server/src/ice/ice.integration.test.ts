import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import { IceAnswer } from '@anypath/protocol';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { findExecutable } from '../coturn/executable.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { TestServer } from '../testing/test-server.ts';

const SECRET = 'a-secret-that-coturn-shares';
const withTurn = {
  TURN_SECRET: SECRET,
  TURN_URIS: 'turn:turn.example.com:3478?transport=udp,turns:turn.example.com:443?transport=tcp',
  TURN_STUN_FALLBACK: 'stun:stun.example.com:3478',
  TURN_CRED_TTL: '120',
};
const ICE = '/api/v1/rtc/ice';

describe('GET /api/v1/rtc/ice on the real server', () => {
  it('[S1.1] answers what RTCPeerConnection takes, with its lifetime', async () => {
    await using server = await TestServer.start(withTurn);
    const response = await server.get(ICE, await server.signIn('alice'));
    const answer = v.parse(v.strictObject(IceAnswer.entries), await response.json());
    expect(response.status).toBe(200);
    expect(answer.expiresAt).toBe(answer.serverTime + 120_000);
    expect(answer).toMatchObject({ ttl: 120, provider: 'coturn' });
    expect(Math.abs(answer.serverTime - Date.now())).toBeLessThan(60_000);
  });

  it('[S1.6] may not be cached', async () => {
    await using server = await TestServer.start(withTurn);
    const response = await server.get(ICE, await server.signIn('alice'));
    expect(response.headers.get('cache-control')).toBe('private, no-store');
  });

  it('[S2.3] names expiry and wallet, signs them with HMAC-SHA1, and places STUN first', async () => {
    await using server = await TestServer.start(withTurn);
    const answer = v.parse(IceAnswer, await (await server.get(ICE, await server.signIn('alice'))).json());
    const [stun, turn] = answer.iceServers;
    expect(stun).toEqual({ urls: 'stun:stun.example.com:3478' });
    expect(turn?.urls).toEqual(withTurn.TURN_URIS.split(','));
    const [expiry, wallet] = (turn?.username ?? '').split(':');
    expect(wallet).toBe('alice');
    expect(Number(expiry)).toBe(Math.ceil(answer.serverTime / 1000) + 120);
    expect(turn?.credential).toBe(createHmac('sha1', SECRET).update(`${expiry}:alice`).digest('base64'));
  });

  it.each(['/api/rtc/ice', '/api/rtc/v1/ice', '/api/ice'])('[S1.2] also at %s', async (path) => {
    await using server = await TestServer.start(withTurn);
    expect((await server.get(path, await server.signIn('alice'))).status).toBe(200);
    expect((await server.get(path)).status).toBe(401);
  });

  it.each([
    ['no token', undefined],
    ['something that is no token', 'abc'],
    ['a token without a signature', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSIsImV4cCI6OTk5OTk5OTk5OX0.'],
  ])('answers 401 to %s', async (_what, token) => {
    await using server = await TestServer.start(withTurn);
    const response = await server.get(ICE, token);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'unauthenticated', requestId: expect.any(String) });
  });

  it('[S1.4] answers 403 where the flag is off', async () => {
    await using server = await TestServer.start(withTurn);
    const store = openSqliteStore(server.folder);
    store.setFlag('rtc.ice', false);
    store.close();
    const response = await server.get(ICE, await server.signIn('alice'));
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: 'feature_disabled' });
  });

  it('[S1.7] answers 503 where there is neither TURN nor STUN', async () => {
    await using server = await TestServer.start();
    const response = await server.get(ICE, await server.signIn('alice'));
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: 'ice_unavailable' });
  });

  it('[S2.6] writes no credential, secret or token to the log', async () => {
    await using server = await TestServer.start(withTurn);
    const token = await server.signIn('alice');
    const answer = v.parse(IceAnswer, await (await server.get(ICE, token)).json());
    await server.get(ICE, `${token}x`);
    const log = JSON.stringify(server.log);
    for (const secret of [SECRET, token, answer.iceServers[1]?.credential ?? 'missing'])
      expect(log).not.toContain(secret);
  });

  it('accepts a token after a restart', async () => {
    await using first = await TestServer.start(withTurn);
    const token = await first.signIn('alice');
    await using second = await TestServer.start({ ...withTurn, DATA_DIR: first.folder });
    expect((await second.get(ICE, token)).status).toBe(200);
  });
});

describe('the credentials on the real coturn', () => {
  const client = findExecutable('turnutils_uclient');

  /** coturn's own test client: allocates, and sends one packet to itself through the relay. */
  async function relays(uri: string, username: string, credential: string): Promise<string> {
    const [, host = '', port = ''] = /^turn:([^:]+):(\d+)/.exec(uri) ?? [];
    const args = ['-y', '-c', '-n', '1', '-m', '1', '-u', username, '-w', credential, '-p', port, host];
    const { stdout } = await promisify(execFile)(client ?? '', args, { timeout: 20_000 }).catch((error) => error);
    return stdout;
  }

  it('open an allocation that carries packets; a wrong one does not', async (context) => {
    if (!client) return context.skip('coturn is not installed (apt-get install coturn)');
    await using server = await TestServer.start({ COTURN: 'auto', COTURN_RELAY_PORTS: '21000-21099' });
    const answer = v.parse(IceAnswer, await (await server.get(ICE, await server.signIn('alice'))).json());
    const [turn] = answer.iceServers;
    const uri = turn?.urls[0] ?? '';
    expect(await relays(uri, turn?.username ?? '', turn?.credential ?? '')).toMatch(/tot_recv_msgs=[1-9]/);
    expect(await relays(uri, turn?.username ?? '', 'wrong')).not.toMatch(/tot_recv_msgs=[1-9]/);
  });
});
