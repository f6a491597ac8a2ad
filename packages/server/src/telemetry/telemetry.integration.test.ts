import { Readiness } from '@anypath/protocol';
import { Validator } from '@seriousme/openapi-schema-validator';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
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
    expect(text).toMatch(/^anypath_ice_url_up\{provider="stun",url="stun:a\.example"\} 0\.5$/m);
    expect(text).toMatch(/^anypath_process_resident_memory_bytes \d+$/m);
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
