import { PATHS, RATE_LIMITS, Readiness, type RtcReport } from '@anypath/protocol';
import { Validator } from '@seriousme/openapi-schema-validator';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { WALLET_ITSELF } from '../store/mailbox-port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { cookieSignIn, postJson } from '../testing/session.ts';
import { ask } from '../testing/signals.ts';
import { TestServer } from '../testing/test-server.ts';

const TOKEN = 'a-token-of-the-operator';
const metrics = (server: TestServer, headers: Record<string, string> = {}) => server.fetch('/metrics', { headers });

describe('GET /metrics of the real server', () => {
  it('[S7.5] counts ICE requests by how they ended', async () => {
    await using server = await TestServer.start({ TURN_STUN_FALLBACK: 'stun:a.example', TURN_PROBE_INTERVAL: '0' });
    const token = await server.signIn('alice');
    for (let index = 0; index < 11; index++) await server.get('/api/v1/rtc/ice', token);
    const text = await (await metrics(server)).text();
    expect(text).toMatch(/^anypath_ice_requests_total\{outcome="stun"\} 10$/m);
    expect(text).toMatch(/^anypath_rate_limited_total\{limit="ice"\} 1$/m);
    expect(text).toMatch(/^anypath_ice_available 0$/m);
    expect(text).toMatch(/^anypath_mail_oldest_seconds 0$/m);
    expect(text).toMatch(/^anypath_ice_url_up\{provider="stun",url="stun:a\.example"\} 0\.5$/m);
    expect(text).toMatch(/^anypath_process_resident_memory_bytes \d+$/m);
  });

  it('[S7.5] tells how much waits in mailboxes, and how long the oldest message has', async () => {
    await using server = await TestServer.start();
    const store = openSqliteStore(server.folder);
    const mail = { from: 'alice', to: 'bob', id: 'm1', body: new Uint8Array(3), forced: false, copyReaders: [] };
    const hourAgo = Date.now() - 3_600_000;
    const times = { atMs: hourAgo, expiresAtMs: hourAgo + 86_400_000 };
    await store.mailbox.enqueue({ ...mail, ...times, readers: [WALLET_ITSELF] }, { messages: 10, bytes: 1000 });
    store.close();
    expect(await (await metrics(server)).text()).toMatch(/^anypath_mail_oldest_seconds 36\d\d/m);
  });

  it('answers this machine alone, and nobody who comes through a proxy on it', async () => {
    await using server = await TestServer.start();
    expect((await metrics(server)).status).toBe(200);
    expect((await metrics(server, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(403);
  });

  it('answers who has METRICS_TOKEN, from wherever', async () => {
    await using server = await TestServer.start({ METRICS_TOKEN: TOKEN });
    const far = { 'x-forwarded-for': '203.0.113.7' };
    expect((await metrics(server, { ...far, authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    expect((await metrics(server)).status).toBe(403);
    expect((await metrics(server, { authorization: `Bearer ${TOKEN}x` })).status).toBe(403);
  });
});

const candidates = { local: [{ type: 'host', protocol: 'udp', count: 2 }], remote: [] } as const;
const failed: RtcReport = {
  outcome: 'failed',
  role: 'offer',
  browser: 'firefox',
  ms: 15_000,
  reason: 'no_pair',
  candidates,
};
const byTurn: RtcReport = {
  outcome: 'opened',
  role: 'answer',
  browser: 'chromium',
  ms: 400,
  tier: 'turn',
  network: 'corporate',
  pair: { local: { type: 'relay', protocol: 'udp', relayProtocol: 'tls' }, remote: { type: 'prflx', protocol: 'udp' } },
  candidates,
};
const carried = (provider: 'twilio' | undefined, sentBytes: number, receivedBytes: number): RtcReport => ({
  outcome: 'carried',
  role: 'offer',
  browser: 'chromium',
  ms: 60_000,
  ...(provider && { provider }),
  sentBytes,
  receivedBytes,
  candidates: { local: [], remote: [] },
});
const direct = (local: 'host' | 'srflx'): RtcReport => {
  const pair = { local: { type: local, protocol: 'udp' }, remote: { type: 'host', protocol: 'udp' } } as const;
  return { outcome: 'opened', role: 'offer', browser: 'chromium', ms: 90, tier: 'direct', pair, candidates };
};

describe('reports of connections to the real server', () => {
  it('[S7.5] count relay, srflx and host, failures by reason and the time to open, from HTTP and the socket alike', async () => {
    await using server = await TestServer.start();
    const { headers } = await cookieSignIn(server, 'alice');
    for (const path of [PATHS.report, '/api/rtc/report', '/api/rtc/v1/report']) {
      expect((await postJson(server, path, byTurn, headers)).status).toBe(204);
    }
    const bob = await server.socket('bob', 'b1');
    for (const report of [direct('host'), direct('srflx'), failed]) {
      expect(await ask(bob, 'rtc:report', report)).toEqual({ ok: true });
    }
    const lines = (await (await metrics(server)).text()).split('\n').filter((line) => /^anypath_rtc_/.test(line));
    expect(lines).toEqual(
      expect.arrayContaining([
        'anypath_rtc_opened_total{type="relay",protocol="tls"} 3',
        'anypath_rtc_opened_total{type="host",protocol="udp"} 1',
        'anypath_rtc_opened_total{type="srflx",protocol="udp"} 1',
        'anypath_rtc_failed_total{reason="no_pair"} 1',
        'anypath_rtc_reports_total{outcome="failed",browser="firefox"} 1',
        'anypath_rtc_open_seconds_bucket{le="0.35",tier="turn",network="corporate"} 0',
        'anypath_rtc_open_seconds_bucket{le="0.5",tier="turn",network="corporate"} 3',
        'anypath_rtc_connections_total{network="corporate",path="turn"} 3',
        'anypath_rtc_connections_total{network="unknown",path="direct"} 2',
        'anypath_rtc_connections_total{network="unknown",path="failed"} 1',
      ]),
    );
  });

  it('[S7.5] tell what was relayed, by who issued the credentials, and what that costs', async () => {
    await using server = await TestServer.start({ RELAY_PRICE_PER_GB: 'twilio=0.40, coturn=0.01' });
    const bob = await server.socket('bob', 'b1');
    for (const report of [carried('twilio', 3_000_000_000, 200), carried('twilio', 0, 50), carried(undefined, 7, 7)])
      expect(await ask(bob, 'rtc:report', report)).toEqual({ ok: true });
    const lines = (await (await metrics(server)).text()).split('\n').filter((line) => /^anypath_rel/.test(line));
    expect(lines).toEqual(
      expect.arrayContaining([
        'anypath_relayed_bytes_total{provider="twilio",direction="sent"} 3000000000',
        'anypath_relayed_bytes_total{provider="twilio",direction="received"} 250',
        'anypath_relayed_bytes_total{provider="unknown",direction="sent"} 7',
        'anypath_relay_price_per_gigabyte{provider="twilio"} 0.4',
        'anypath_relay_price_per_gigabyte{provider="coturn"} 0.01',
      ]),
    );
    const text = await (await metrics(server)).text();
    expect(text, 'they are no attempts to connect').not.toMatch(/^anypath_rtc_reports_total\{/m);
  });

  it('[S7.5] with anything beside, such as an address, are refused, and change no metric', async () => {
    await using server = await TestServer.start();
    const { headers } = await cookieSignIn(server, 'alice');
    const local = { type: 'host', protocol: 'udp', address: '10.0.0.2' };
    for (const body of [
      { ...failed, ip: '10.0.0.2' },
      { ...byTurn, pair: { local, remote: local } },
      { ...failed, ms: -1 },
      { ...carried('twilio', 1, 1), sentBytes: 1e15 },
    ])
      expect((await postJson(server, PATHS.report, body, headers)).status).toBe(400);
    expect((await postJson(server, PATHS.report, failed)).status).toBe(401);
    const text = await (await metrics(server)).text();
    expect(text).not.toMatch(/^anypath_rtc_reports_total\{/m);
    expect(text).toMatch(/^anypath_refusals_total\{via="http",code="invalid_payload",status="400"\} 4$/m);
    expect(text).toMatch(/^anypath_refusals_total\{via="http",code="unauthenticated",status="401"\} 1$/m);
  });

  it('[S7.5] are limited by wallet, over HTTP and the socket together', async () => {
    await using server = await TestServer.start();
    const { headers } = await cookieSignIn(server, 'alice');
    const alice = await server.socket('alice', 'a1');
    const half = RATE_LIMITS.reports.points / 2;
    for (let index = 0; index < half; index++) await ask(alice, 'rtc:report', failed);
    for (let index = 0; index < half; index++) await postJson(server, PATHS.report, failed, headers);
    expect((await postJson(server, PATHS.report, failed, headers)).status).toBe(429);
    expect(await ask(alice, 'rtc:report', failed)).toMatchObject({ ok: false, error: 'rate_limited' });
  });

  it('[S7.5] are refused where the operator has switched them off', async () => {
    await using server = await TestServer.start();
    const store = openSqliteStore(server.folder);
    store.setFlag({ key: 'rtc.report', enabled: false, percent: 100, wallets: {} });
    store.close();
    const { headers } = await cookieSignIn(server, 'alice');
    await vi.waitUntil(async () => (await postJson(server, PATHS.report, failed, headers)).status === 403);
    const alice = await server.socket('alice', 'a1');
    expect(await ask(alice, 'rtc:report', failed)).toMatchObject({ error: 'feature_disabled' });
  });
});

describe('GET /readyz of the real server', () => {
  it('shows each provider and address, and no credential', async () => {
    await using server = await TestServer.start({
      TURN_SECRET: 'a-secret-that-coturn-shares',
      TURN_URIS: 'turn:127.0.0.1:9?transport=tcp',
      PUBLIC_TURN_URIS: 'turn:127.0.0.1:9?transport=udp',
      PUBLIC_TURN_USERNAME: 'everybody',
      PUBLIC_TURN_PASSWORD: 'knows-the-password',
    });
    await server.get('/api/v1/rtc/ice', await server.signIn('alice'));
    const response = await server.get('/readyz');
    const text = await response.clone().text();
    const ready = v.parse(v.strictObject(Readiness.entries), await response.json());
    expect(response.status, 'the relay works without TURN').toBe(200);
    expect(ready).toMatchObject({ status: 'degraded', provider: 'none' });
    expect(ready.providers.map(({ name, urls }) => [name, urls[0]?.state])).toEqual([
      ['coturn', 'down'],
      ['public', 'down'],
    ]);
    expect(ready.providers[0]?.urls[0]).toMatchObject({ reason: 'refused', checkedAt: expect.any(Number) });
    for (const secret of ['knows-the-password', 'everybody', 'a-secret-that']) expect(text).not.toContain(secret);
  });
});

describe('GET /openapi.json of the real server', () => {
  it('is a valid OpenAPI document with every route, its older names too', async () => {
    await using server = await TestServer.start();
    const document = (await (await server.get('/openapi.json')).json()) as { openapi: string; paths: object };
    const result = await new Validator().validate(document as Record<string, unknown>);
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(document.openapi).toBe('3.1.0');
    for (const path of ['/api/v1/rtc/ice', '/api/rtc/ice', '/api/rtc/v1/ice', '/api/ice', '/api/v1/auth/verify'])
      expect(document.paths).toHaveProperty([path]);
  });
});
