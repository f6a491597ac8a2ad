import { createHmac } from 'node:crypto';
import { IceAnswer } from '@anypath/protocol';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { openSqliteStore } from '../store/sqlite.ts';
import { TestServer } from '../testing/test-server.ts';
import { TwilioStandIn } from '../testing/twilio-stand-in.ts';

const SECRET = 'a-secret-that-coturn-shares';
/** No probing: these addresses are made up. */
const withTurn = {
  TURN_SECRET: SECRET,
  TURN_URIS: 'turn:turn.example.com:3478?transport=udp,turns:turn.example.com:443?transport=tcp',
  TURN_STUN_FALLBACK: 'stun:stun.example.com:3478',
  TURN_CRED_TTL: '120',
  TURN_PROBE_INTERVAL: '0',
};
const ICE = '/api/v1/rtc/ice';
const MATRIX = '/_matrix/client/v3/voip/turnServer';

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

  it.each(['/api/rtc/ice', '/api/rtc/v1/ice', '/api/ice'])('[S1.2] also at %s', async (path) => {
    const whitelist = { BEARER_ROUTE_WHITELIST: '^/api/' };
    await using server = await TestServer.start({ ...withTurn, ...whitelist });
    expect((await server.get(path, await server.signIn('alice'))).status).toBe(200);
    expect((await server.get(path)).status).toBe(401);
  });

  it('[S1.4] answers 403 within a second of switching the flag off, and 200 again within a second', async () => {
    await using server = await TestServer.start({ ...withTurn, ICE_RATE_LIMIT: '1000' });
    const token = await server.signIn('alice');
    const store = openSqliteStore(server.folder);
    const status = async () => (await server.get(ICE, token)).status;
    expect(await status()).toBe(200);
    store.setFlag({ key: 'rtc.ice', enabled: false, percent: 100, wallets: {} });
    await vi.waitUntil(async () => (await status()) === 403, { timeout: 1_000, interval: 50 });
    expect(await (await server.get(ICE, token)).json()).toMatchObject({ error: 'feature_disabled' });
    store.setFlag({ key: 'rtc.ice', enabled: false, percent: 100, wallets: { alice: true } });
    await vi.waitUntil(async () => (await status()) === 200, { timeout: 1_000, interval: 50 });
    expect((await server.get(ICE, await server.signIn('bob'))).status).toBe(403);
    store.close();
  });

  it('[S1.5] answers ten requests a minute for each wallet, then 429 with Retry-After', async () => {
    await using server = await TestServer.start(withTurn);
    const token = await server.signIn('alice');
    for (let left = 9; left >= 0; left--) {
      const { status, headers } = await server.get(ICE, token);
      expect([status, headers.get('ratelimit-remaining')]).toEqual([200, String(left)]);
      expect(headers.get('ratelimit-limit')).toBe('10');
    }
    const refused = await server.get(ICE, token);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: 'rate_limited' });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect((await server.get('/api/rtc/ice', token)).status, 'the older names count, too').toBe(429);
    expect((await server.get(ICE, await server.signIn('bob'))).status).toBe(200);
  });

  it('[S1.5] counts by address where nobody is signed in: 10 000 requests are answered, and cheaply', async () => {
    await using server = await TestServer.start({ ...withTurn, LOG_LEVEL: 'silent' });
    const statuses = new Map<number, number>();
    const ask = async () => {
      const { status } = await server.get(ICE, 'not-a-token');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    };
    for (let index = 0; index < 100; index++) await Promise.all(Array.from({ length: 100 }, ask));
    expect(Object.fromEntries(statuses)).toEqual({ 401: 10, 429: 9_990 });
    expect((await server.get(ICE, await server.signIn('alice'))).status, 'who is signed in is not hurt').toBe(200);
  });

  it('[S1.6] may not be cached, or for ICE_CACHE_MAX_AGE', async () => {
    await using server = await TestServer.start(withTurn);
    const response = await server.get(ICE, await server.signIn('alice'));
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    await using caching = await TestServer.start({ ...withTurn, ICE_CACHE_MAX_AGE: '30' });
    const cached = await caching.get(ICE, await caching.signIn('alice'));
    expect(cached.headers.get('cache-control')).toBe('private, max-age=30');
  });

  it('[S1.7] answers 503 where there is neither TURN nor STUN', async () => {
    await using server = await TestServer.start();
    const response = await server.get(ICE, await server.signIn('alice'));
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: 'ice_unavailable' });
  });

  it('[S1.8] names who issued the credentials; `stun` where nobody did', async () => {
    const publicTurn = {
      PUBLIC_TURN_URIS: 'turn:relay.example.net:3478',
      PUBLIC_TURN_USERNAME: 'everybody',
      PUBLIC_TURN_PASSWORD: 'knows-it',
      TURN_PROBE_INTERVAL: '0',
    };
    const providerOf = async (env: Record<string, string>) => {
      await using server = await TestServer.start(env);
      return v.parse(IceAnswer, await (await server.get(ICE, await server.signIn('alice'))).json()).provider;
    };
    expect(await providerOf(withTurn)).toBe('coturn');
    expect(await providerOf(publicTurn)).toBe('public');
    expect(await providerOf({ TURN_STUN_FALLBACK: 'stun:stun.example.com', TURN_PROBE_INTERVAL: '0' })).toBe('stun');
  });

  it('[S2.2] uses what is configured, in its order, or the one that RTC_PROVIDER names; with stand-ins for Twilio', async () => {
    const [accountSid, authToken] = [`AC${'2'.repeat(32)}`, 'an-auth-token-of-the-account'];
    const url = 'turn:global.turn.example:3478?transport=udp';
    await using standIn = await TwilioStandIn.start({
      accountSid,
      logins: [[accountSid, authToken]],
      servers: [{ url, username: 'u', credential: 'a-credential' }],
    });
    const twilio = { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_API_URL: standIn.url };
    const providerOf = async (env: Record<string, string>) => {
      await using server = await TestServer.start({ TURN_PROBE_INTERVAL: '0', ...env });
      return v.parse(IceAnswer, await (await server.get(ICE, await server.signIn('alice'))).json()).provider;
    };
    expect(await providerOf(twilio)).toBe('twilio');
    expect(await providerOf({ ...twilio, ...withTurn })).toBe('coturn');
    expect(await providerOf({ ...twilio, ...withTurn, RTC_PROVIDER: 'twilio' })).toBe('twilio');
    expect(await providerOf({ ...twilio, ...withTurn, RTC_PROVIDER: 'coturn' })).toBe('coturn');
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

  it('[S3.1] hands out four addresses at most: STUN, and each transport on the ports that pass', async () => {
    const coturn = { COTURN_URL: 'turn.example.com', COTURN_USERNAME: 'me', COTURN_PASSWORD: 'my-password' };
    const stun = { TURN_STUN_FALLBACK: withTurn.TURN_STUN_FALLBACK, TURN_PROBE_INTERVAL: '0' };
    await using server = await TestServer.start({ ...coturn, ...stun });
    const answer = v.parse(IceAnswer, await (await server.get(ICE, await server.signIn('alice'))).json());
    expect(answer.iceServers).toEqual([
      { urls: 'stun:stun.example.com:3478' },
      {
        urls: [
          'turn:turn.example.com:3478?transport=udp',
          'turn:turn.example.com:80?transport=tcp',
          'turns:turn.example.com:443?transport=tcp',
        ],
        username: 'me',
        credential: 'my-password',
      },
    ]);
  });

  it('gives Link headers on request (RFC 9725)', async () => {
    await using server = await TestServer.start(withTurn);
    const token = await server.signIn('josé"');
    const response = await server.get(`${ICE}?format=link`, token);
    expect(response.status).toBe(200);
    const links = response.headers.get('link') ?? '';
    expect(links).toContain('<stun:stun.example.com:3478>; rel="ice-server"');
    expect(links).toMatch(
      /<turns:turn\.example\.com:443\?transport=tcp>; rel="ice-server"; username\*=UTF-8''\d+%3Ajos/,
    );
    expect((await server.get(ICE, token)).headers.get('link')).toBeNull();
    expect((await server.get(`${ICE}?format=xml`, token)).status).toBe(400);
  });

  it('accepts a token after a restart', async () => {
    await using first = await TestServer.start(withTurn);
    const token = await first.signIn('alice');
    await using second = await TestServer.start({ ...withTurn, DATA_DIR: first.folder });
    expect((await second.get(ICE, token)).status).toBe(200);
  });
});

describe('the same for Matrix clients', () => {
  const open = { BEARER_ROUTE_WHITELIST: '^/_matrix/' };

  it('has the shape of Synapse', async () => {
    await using server = await TestServer.start({ ...withTurn, ...open });
    const response = await server.get(MATRIX, await server.signIn('alice'));
    expect(await response.json()).toEqual({
      username: expect.stringMatching(/^\d+:alice$/),
      password: expect.any(String),
      uris: withTurn.TURN_URIS.split(','),
      ttl: 120,
    });
    expect(response.headers.get('cache-control')).toBe('private, no-store');
  });

  it('is empty where there is no TURN', async () => {
    await using server = await TestServer.start({
      TURN_STUN_FALLBACK: 'stun:a.example',
      TURN_PROBE_INTERVAL: '0',
      ...open,
    });
    expect(await (await server.get(MATRIX, await server.signIn('alice'))).json()).toEqual({});
  });

  it('has errors of the shape of Matrix', async () => {
    await using server = await TestServer.start({ ...withTurn, ...open, ICE_RATE_LIMIT: '1' });
    const unknown = await server.get(MATRIX, 'not-a-token');
    expect([unknown.status, await unknown.json()]).toEqual([
      401,
      { errcode: 'M_UNKNOWN_TOKEN', error: expect.any(String) },
    ]);
    const token = await server.signIn('alice');
    await server.get(MATRIX, token);
    const refused = await server.get(MATRIX, token);
    expect([refused.status, await refused.json()]).toEqual([
      429,
      { errcode: 'M_LIMIT_EXCEEDED', error: expect.any(String), retry_after_ms: expect.any(Number) },
    ]);
  });
});
