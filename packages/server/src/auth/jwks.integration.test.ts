import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PATHS } from '@anypath/protocol';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../config.ts';
import { TestServer } from '../testing/test-server.ts';
import { COOLDOWN_MS } from './jwks.ts';
import { createTokens } from './tokens.ts';

/** A stand-in for a token issuer: its keys over real HTTP on loopback. */
class Issuer implements AsyncDisposable {
  keys: JWK[] = [];
  status = 200;
  questions = 0;
  readonly #server = createServer((_request, response) => {
    this.questions++;
    response.writeHead(this.status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: this.keys }));
  });

  static async start(): Promise<Issuer> {
    const issuer = new Issuer();
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve));
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/jwks.json`;
  }

  /** A key that it answers with from now on. @returns its private half and its public one */
  async add(alg: string, kid?: string): Promise<{ privateKey: CryptoKey; publicKey: CryptoKey }> {
    const pair = await generateKeyPair(alg, { extractable: true });
    this.keys.push({ ...(await exportJWK(pair.publicKey)), ...(kid ? { kid } : {}) });
    return pair;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const signed = (key: CryptoKey | Uint8Array, alg: string, kid?: string, claims = {}) =>
  new SignJWT({ sub: 'alice', exp: Math.floor(Date.now() / 1000) + 3600, ref: Math.random(), ...claims })
    .setProtectedHeader({ alg, ...(kid ? { kid } : {}) })
    .sign(key);

const tokensOf = (env: Record<string, string>) =>
  createTokens({
    config: readConfig(env),
    secret: new Uint8Array(32),
    log: pino({ level: 'silent' }),
    nowMs: () => Date.now(),
  });

const refusal = (code: string) => expect.objectContaining({ code });

afterEach(() => void vi.useRealTimers());

describe('[S1.3] tokens checked with the keys of a stand-in issuer (JWKS_URL)', () => {
  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('are accepted with %s', async (alg) => {
    await using issuer = await Issuer.start();
    const { privateKey } = await issuer.add(alg, 'one');
    const token = await signed(privateKey, alg, 'one');
    expect(await tokensOf({ JWKS_URL: issuer.url }).verify(token)).toMatchObject({ wallet: 'alice' });
  });

  it('are tried with each key where they name none', async () => {
    await using issuer = await Issuer.start();
    await issuer.add('ES256');
    const { privateKey } = await issuer.add('ES256');
    const token = await signed(privateKey, 'ES256');
    expect(await tokensOf({ JWKS_URL: issuer.url }).verify(token)).toMatchObject({ wallet: 'alice' });
  });

  it('are refused where the public key was taken for a secret (HS256)', async () => {
    await using issuer = await Issuer.start();
    const { publicKey } = await issuer.add('RS256', 'one');
    const secret = new TextEncoder().encode(await exportSPKI(publicKey));
    const token = await signed(secret, 'HS256', 'one');
    for (const env of [{}, { JWT_SECRET: 'the secret of the operator, 32 bytes' }]) {
      const attempt = tokensOf({ JWKS_URL: issuer.url, ...env }).verify(token);
      await expect(attempt).rejects.toEqual(refusal('unauthenticated'));
    }
    expect(issuer.questions).toBe(0);
  });

  it.each(['RS512', 'ES384'])('are refused with %s, which is not on the list', async (alg) => {
    await using issuer = await Issuer.start();
    const { privateKey } = await issuer.add(alg, 'one');
    const attempt = tokensOf({ JWKS_URL: issuer.url }).verify(await signed(privateKey, alg, 'one'));
    await expect(attempt).rejects.toEqual(refusal('unauthenticated'));
  });

  it('are refused where somebody else signed them, issued them, or had them issued', async () => {
    await using issuer = await Issuer.start();
    const { privateKey } = await issuer.add('ES256', 'one');
    const stranger = await generateKeyPair('ES256');
    const tokens = tokensOf({ JWKS_URL: issuer.url, JWT_ISSUER: 'us', JWT_AUDIENCE: 'app' });
    for (const token of [
      await signed(stranger.privateKey, 'ES256', 'one', { iss: 'us', aud: 'app' }),
      await signed(privateKey, 'ES256', 'one', { iss: 'them', aud: 'app' }),
      await signed(privateKey, 'ES256', 'one', { iss: 'us', aud: 'other' }),
    ]) {
      await expect(tokens.verify(token)).rejects.toEqual(refusal('unauthenticated'));
    }
  });

  it('follow the issuer to a new key, and made-up key names do not make it ask without end', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using issuer = await Issuer.start();
    const old = await issuer.add('ES256', 'old');
    const tokens = tokensOf({ JWKS_URL: issuer.url });
    await tokens.verify(await signed(old.privateKey, 'ES256', 'old'));
    issuer.keys = [];
    const next = await issuer.add('ES256', 'new');
    const token = await signed(next.privateKey, 'ES256', 'new');
    await expect(tokens.verify(token)).rejects.toEqual(refusal('unauthenticated'));
    expect(issuer.questions).toBe(1);
    vi.setSystemTime(Date.now() + COOLDOWN_MS + 1);
    expect(await tokens.verify(token)).toMatchObject({ wallet: 'alice' });
    const withdrawn = tokens.verify(await signed(old.privateKey, 'ES256', 'old'));
    await expect(withdrawn).rejects.toEqual(refusal('unauthenticated'));
    expect(issuer.questions).toBe(2);
  });

  it('can be tried again later where the issuer is down; known keys go on to count', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using issuer = await Issuer.start();
    const { privateKey } = await issuer.add('ES256', 'one');
    issuer.status = 500;
    const tokens = tokensOf({ JWKS_URL: issuer.url });
    const token = await signed(privateKey, 'ES256', 'one');
    await expect(tokens.verify(token)).rejects.toEqual(refusal('unreachable'));
    await expect(tokens.verify(token)).rejects.toEqual(refusal('unreachable'));
    expect(issuer.questions).toBe(1);
    issuer.status = 200;
    vi.setSystemTime(Date.now() + COOLDOWN_MS + 1);
    expect(await tokens.verify(token)).toMatchObject({ wallet: 'alice' });
    issuer.status = 500;
    vi.setSystemTime(Date.now() + COOLDOWN_MS + 1);
    await expect(tokens.verify(await signed(privateKey, 'ES256', 'unknown'))).rejects.toEqual(refusal('unreachable'));
    expect(await tokens.verify(await signed(privateKey, 'ES256', 'one'))).toMatchObject({ wallet: 'alice' });
  });
});

describe('the real server with a stand-in issuer', () => {
  const env = { BEARER_ROUTE_WHITELIST: '^/api/v1/(auth|signal)' };

  it('[S1.7] answers 503 while the keys cannot be had, and says nothing of its inside', async () => {
    await using server = await TestServer.start({ ...env, JWKS_URL: 'http://127.0.0.1:1/jwks.json' });
    const { privateKey } = await generateKeyPair('ES256');
    const response = await server.get(PATHS.session, await signed(privateKey, 'ES256', 'one'));
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: 'unreachable' });
    expect(text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1|at /);
    expect(server.log.some(({ level, msg }) => level === 50 && msg.includes('JWKS_URL'))).toBe(true);
  });

  it('takes its tokens in the cookie of SESSION_COOKIE, with a CSRF token', async () => {
    await using issuer = await Issuer.start();
    const { privateKey } = await issuer.add('EdDSA', 'one');
    await using server = await TestServer.start({ JWKS_URL: issuer.url, SESSION_COOKIE: 'backend' });
    const cookie = `theme=dark; backend=${await signed(privateKey, 'EdDSA', 'one')}`;
    const response = await fetch(`${server.url}${PATHS.session}`, { headers: { cookie } });
    expect(await response.json()).toMatchObject({ wallet: 'alice', csrfToken: expect.any(String) });
  });
});
