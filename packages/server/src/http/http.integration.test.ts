import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestServer } from '../testing/test-server.ts';

const SIGN_IN = '/api/v1/auth/dev';
const post = (server: TestServer, body: string, type = 'application/json', headers: Record<string, string> = {}) =>
  fetch(`${server.url}${SIGN_IN}`, { method: 'POST', body, headers: { 'content-type': type, ...headers } });

describe('bad input over HTTP to the real server', () => {
  it.each([
    ['a body that is not JSON', '{"wallet":', 'application/json', 400, 'invalid_json'],
    ['an empty body', '', 'application/json', 400, 'invalid_json'],
    ['a wrong content type', '<wallet/>', 'application/xml', 415, 'unsupported_media_type'],
    ['a missing field', '{}', 'application/json', 400, 'invalid_payload'],
    ['a field too many', '{"wallet":"a","admin":true}', 'application/json', 400, 'invalid_payload'],
    ['a wallet with a colon', '{"wallet":"a:b"}', 'application/json', 400, 'invalid_payload'],
    ['prototype keys', '{"__proto__":{"wallet":"a"}}', 'application/json', 400, 'invalid_json'],
    ['10 MB', `{"wallet":"${'x'.repeat(10_000_000)}"}`, 'application/json', 413, 'payload_too_large'],
  ])('%s is answered with its code and logged once', async (_what, body, type, status, code) => {
    await using server = await TestServer.start();
    const response = await post(server, body, type);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: code, message: expect.any(String), requestId: expect.any(String) });
    expect(server.refusals()).toEqual([code]);
  });

  it.each([
    ['GET', '/nowhere'],
    ['DELETE', '/api/v1/rtc/ice'],
    ['GET', '/%'],
    ['GET', '/../../etc/passwd'],
  ])('%s %s is not found', async (method, path) => {
    await using server = await TestServer.start();
    const response = await fetch(`${server.url}${path}`, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: 'not_found' });
  });
});

describe('the development sign-in of the real server', () => {
  it('is not there on a public address', async () => {
    await using server = await TestServer.start({ HOST: '0.0.0.0' });
    expect((await post(server, '{"wallet":"alice"}')).status).toBe(404);
    expect(server.said.join()).toContain('JWT_SECRET');
  });

  it('refuses a page whose name merely resolves to loopback (DNS rebinding)', async () => {
    await using server = await TestServer.start();
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'evil.example.com', 'content-type': 'application/json' };
      const call = request(`${server.url}${SIGN_IN}`, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        response.resume();
      });
      call.on('error', reject).end('{"wallet":"alice"}');
    });
    expect(status).toBe(403);
  });
});

describe('[S7.6] CORS on the real server', () => {
  it('names only the origins that are allowed', async () => {
    await using server = await TestServer.start({ ALLOWED_ORIGINS: 'https://app.example.com' });
    const allowed = async (origin: string) =>
      (await fetch(`${server.url}/healthz`, { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await allowed('https://app.example.com')).toBe('https://app.example.com');
    expect(await allowed('https://evil.example.com')).toBeNull();
  });

  it('lets a listed page send its cookie, and read the limits', async () => {
    await using server = await TestServer.start({ ALLOWED_ORIGINS: 'https://app.example.com' });
    const { headers } = await server.fetch('/healthz', { headers: { origin: 'https://app.example.com' } });
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
  });
});

describe('the address of a client of the real server', () => {
  const ask = (server: TestServer, client: string) =>
    server.fetch('/api/v1/rtc/ice', { headers: { 'x-forwarded-for': client } });
  const statuses = async (server: TestServer, clients: readonly string[]) => {
    const seen: number[] = [];
    for (const client of clients) seen.push((await ask(server, client)).status);
    return new Set(seen);
  };
  const eleven = (client: (index: number) => string) => Array.from({ length: 11 }, (_, index) => client(index));

  it('[S1.5] is the one that a trusted proxy names', async () => {
    await using server = await TestServer.start({ TRUST_PROXY: 'loopback', JWT_SECRET: 'x'.repeat(32) });
    expect(
      await statuses(
        server,
        eleven((index) => `203.0.113.${index}`),
      ),
    ).toEqual(new Set([401]));
    expect(
      await statuses(
        server,
        eleven(() => '198.51.100.7'),
      ),
    ).toEqual(new Set([401, 429]));
    expect(
      await statuses(
        server,
        eleven((index) => `2001:db8:1:2::${index}`),
      ),
      'a household',
    ).toContain(429);
    expect(
      await statuses(
        server,
        eleven((index) => `203.0.113.99, 192.0.2.${index}`),
      ),
      'what it says last',
    ).toEqual(new Set([401]));
  });

  it('[S1.5] is not what anybody says of himself', async () => {
    await using server = await TestServer.start();
    expect(
      await statuses(
        server,
        eleven((index) => `203.0.113.${index}`),
      ),
    ).toEqual(new Set([401, 429]));
  });
});

describe('headers of the real server', () => {
  const page = (folder: string) => {
    writeFileSync(join(folder, 'index.html'), '<title>page</title>');
    return folder;
  };

  it('protect the page: a content security policy, no sniffing, no referrer', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-page-'));
    await using server = await TestServer.start({}, page(folder));
    const { headers } = await server.get('/');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    rmSync(folder, { recursive: true });
  });

  it('hold browsers to https where PUBLIC_URL has it', async () => {
    await using server = await TestServer.start({ PUBLIC_URL: 'https://rtc.example.com' });
    expect((await server.get('/healthz')).headers.get('strict-transport-security')).toContain('max-age=');
    await using plain = await TestServer.start();
    expect((await plain.get('/healthz')).headers.get('strict-transport-security')).toBeNull();
  });

  it('that are too large are refused with their code, and logged once', async () => {
    await using server = await TestServer.start();
    const response = await server.get('/api/v1/rtc/ice', 'x'.repeat(20_000));
    expect(response.status).toBe(431);
    expect(await response.json()).toMatchObject({ error: 'headers_too_large' });
    expect(server.refusals()).toEqual(['headers_too_large']);
  });
});

describe('GET /healthz of the real server', () => {
  it('says that it serves', async () => {
    await using server = await TestServer.start();
    expect(await (await server.get('/healthz')).json()).toMatchObject({ status: 'ok', version: '0.0.0-test' });
  });
});
