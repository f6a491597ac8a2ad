import { afterEach, describe, expect, it, vi } from 'vitest';
import { askSignedIn, bearer, cookie } from './credentials.ts';
import { refused, standInFetch } from './stand-in-fetch.ts';

const SERVER = 'https://rtc.example.com';
const THING = new URL('/thing', SERVER);
const session = (csrfToken: string) => ({ status: 200, body: { wallet: 'alice', expiresAt: 1, csrfToken } });

afterEach(() => vi.unstubAllGlobals());

describe('a token', () => {
  it('goes into the Authorization header and into the handshake, and is got anew each time', async () => {
    let count = 0;
    const proof = bearer(async () => `t${++count}`);
    expect(await proof.forFetch()).toEqual({ headers: { authorization: 'Bearer t1' } });
    expect(await proof.forHandshake()).toEqual({ token: 't2' });
    expect(proof.withCredentials).toBe(false);
  });

  it('that cannot be had counts as nobody signed in', async () => {
    const proof = bearer(() => Promise.reject(new Error('logged out')));
    await expect(proof.forHandshake()).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('the session cookie', () => {
  it('goes with the CSRF token of the session, which concurrent callers ask for once', async () => {
    const asked = standInFetch(() => session('c1'));
    const proof = cookie(SERVER);
    const [forFetch, forHandshake] = await Promise.all([proof.forFetch(), proof.forHandshake()]);
    expect(forFetch).toEqual({ credentials: 'include', headers: { 'x-csrf-token': 'c1' } });
    expect(forHandshake).toEqual({ csrfToken: 'c1' });
    expect(asked).toMatchObject([{ path: '/api/v1/auth/session', credentials: 'include' }]);
  });

  it('is asked about again for each handshake, and not for each request', async () => {
    let count = 0;
    const asked = standInFetch(() => session(`c${++count}`));
    const proof = cookie(SERVER);
    await proof.forHandshake();
    expect(await proof.forHandshake()).toEqual({ csrfToken: 'c2' });
    expect(await proof.forFetch()).toMatchObject({ headers: { 'x-csrf-token': 'c2' } });
    expect(asked).toHaveLength(2);
  });

  it('is tried once more with a new CSRF token where the old one was of another session', async () => {
    let current = 'old';
    const asked = standInFetch(({ path, headers }) => {
      if (path !== THING.pathname) return session(current);
      return headers['x-csrf-token'] === 'new' ? { status: 200, body: 'here' } : refused(403, 'csrf_failed');
    });
    const proof = cookie(SERVER);
    await proof.forFetch();
    current = 'new';
    expect(await askSignedIn(THING, proof)).toBe('here');
    expect(asked).toHaveLength(4);
  });

  it('is not tried a third time', async () => {
    const asked = standInFetch(({ path }) => (path === THING.pathname ? refused(403, 'csrf_failed') : session('c')));
    await expect(askSignedIn(THING, cookie(SERVER))).rejects.toMatchObject({ code: 'csrf_failed' });
    expect(asked.filter(({ path }) => path === THING.pathname)).toHaveLength(2);
  });
});

describe('what the server answers', () => {
  it.each([
    ['its own refusal', refused(401, 'session_ended'), 'session_ended', undefined],
    ['its own refusal with a time', refused(429, 'rate_limited', { 'retry-after': '7' }), 'rate_limited', 7000],
    ['the limit of a proxy', { status: 429, headers: { 'retry-after': '3' } }, 'rate_limited', 3000],
    ['the page of a proxy', { status: 502 }, 'unreachable', undefined],
    ['a code that this version does not know', refused(400, 'brand_new'), 'unreachable', undefined],
    ['nothing at all', undefined, 'unreachable', undefined],
  ])('is told apart: %s', async (_, reply, code, retryAfterMs) => {
    standInFetch(() => reply);
    const error: unknown = await askSignedIn(THING, bearer('t')).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  });
});
