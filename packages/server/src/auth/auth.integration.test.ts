import { PATHS } from '@anypath/protocol';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { createSiweMessage } from 'viem/siwe';
import { describe, expect, it } from 'vitest';
import {
  cookieSessionOf,
  cookieSignIn,
  OPERATOR_SECRET,
  operatorToken,
  postJson,
  signOut,
} from '../testing/session.ts';
import { TestServer } from '../testing/test-server.ts';

const withTurn = {
  TURN_SECRET: 'a-secret-that-coturn-shares',
  TURN_URIS: 'turn:turn.example.com:3478?transport=udp',
  TURN_PROBE_INTERVAL: '0',
};
const get = (server: TestServer, path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers });
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { error: string }).error];

describe('a session in a cookie on the real server', () => {
  it('[S1.3] is set out of reach of scripts and other sites, and its token is told to nobody', async () => {
    await using server = await TestServer.start();
    const response = await postJson(server, PATHS.devSignIn, { wallet: 'alice', as: 'cookie' });
    const { setCookie } = await cookieSessionOf(response.clone());
    expect(setCookie).toMatch(/^anypath_session=[\w.-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
    const body = await response.json();
    expect(body).toEqual({ wallet: 'alice', expiresAt: expect.any(Number), csrfToken: expect.any(String) });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('is for https alone where PUBLIC_URL is https, and called what the operator says', async () => {
    const env = { PUBLIC_URL: 'https://localhost', SESSION_COOKIE: 'sid', SESSION_TTL: '60' };
    await using server = await TestServer.start(env);
    expect((await cookieSignIn(server, 'alice')).setCookie).toMatch(/^sid=\S+; Max-Age=60; .*Secure/);
  });

  it('[S1.3] opens a route with its CSRF token; GET needs it too', async () => {
    await using server = await TestServer.start(withTurn);
    const [mine, other] = [await cookieSignIn(server, 'alice'), await cookieSignIn(server, 'bob')];
    expect((await get(server, PATHS.ice, mine.headers)).status).toBe(200);
    expect(await codeOf(await get(server, PATHS.ice, { cookie: mine.cookie }))).toEqual([403, 'csrf_failed']);
    const foreign = { ...mine.headers, 'x-csrf-token': other.csrfToken };
    expect(await codeOf(await get(server, PATHS.ice, foreign))).toEqual([403, 'csrf_failed']);
    expect(await codeOf(await get(server, PATHS.ice))).toEqual([401, 'unauthenticated']);
  });

  it('is shown with a CSRF token that works, without needing one', async () => {
    await using server = await TestServer.start(withTurn);
    const { cookie } = await cookieSignIn(server, 'alice');
    const response = await get(server, PATHS.session, { cookie });
    expect(response.headers.get('cache-control')).toBe('no-store');
    const session = (await response.json()) as { wallet: string; csrfToken: string };
    expect(session).toEqual({ wallet: 'alice', expiresAt: expect.any(Number), csrfToken: expect.any(String) });
    expect((await get(server, PATHS.ice, { cookie, 'x-csrf-token': session.csrfToken })).status).toBe(200);
  });

  it('ends when the next sign-in takes the place of its cookie', async () => {
    await using server = await TestServer.start();
    const first = await cookieSignIn(server, 'alice');
    const body = { wallet: 'bob', as: 'cookie' };
    const second = await cookieSessionOf(await postJson(server, PATHS.devSignIn, body, { cookie: first.cookie }));
    const status = async ({ cookie }: { readonly cookie: string }) =>
      (await server.fetch(PATHS.session, { headers: { cookie } })).status;
    expect([await status(first), await status(second)]).toEqual([401, 200]);
  });

  it('[S1.7] ends at the sign-out, with the cookie cleared, and stays ended across a restart', async () => {
    await using server = await TestServer.start(withTurn);
    const [mine, other] = [await cookieSignIn(server, 'alice'), await cookieSignIn(server, 'alice')];
    expect(await codeOf(await signOut(server, { cookie: mine.cookie }))).toEqual([403, 'csrf_failed']);
    const response = await signOut(server, mine.headers);
    expect([response.status, response.headers.get('cache-control'), await response.text()]).toEqual([
      204,
      'no-store',
      '',
    ]);
    expect(response.headers.get('set-cookie')).toMatch(/^anypath_session=; Max-Age=0; Path=\/; HttpOnly/);
    expect(await codeOf(await get(server, PATHS.ice, mine.headers))).toEqual([401, 'session_ended']);
    expect((await get(server, PATHS.ice, other.headers)).status).toBe(200);
    await using again = await TestServer.start({ ...withTurn, DATA_DIR: server.folder });
    expect(await codeOf(await get(again, PATHS.ice, mine.headers))).toEqual([401, 'session_ended']);
    expect((await get(again, PATHS.ice, other.headers)).status).toBe(200);
  });
});

describe('a Bearer token on the real server', () => {
  it('[S1.3] opens the routes on the list, and no other', async () => {
    await using server = await TestServer.start(withTurn);
    const token = await server.signIn('alice');
    expect((await server.get(PATHS.ice, token)).status).toBe(200);
    const refused = await server.get(PATHS.session, token);
    expect([refused.status, await refused.json()]).toMatchObject([401, { message: /BEARER_ROUTE_WHITELIST/ }]);
  });

  it('[S1.3] opens nothing where ALLOW_BEARER_AUTH is false, and none is issued', async () => {
    await using server = await TestServer.start({
      ...withTurn,
      ALLOW_BEARER_AUTH: 'false',
      JWT_SECRET: OPERATOR_SECRET,
    });
    expect(await codeOf(await server.get(PATHS.ice, await operatorToken()))).toEqual([401, 'unauthenticated']);
    expect(await codeOf(await postJson(server, PATHS.devSignIn, { wallet: 'a', as: 'bearer' }))).toEqual([
      403,
      'forbidden',
    ]);
    const byDefault = await postJson(server, PATHS.devSignIn, { wallet: 'alice' });
    expect(await byDefault.json()).toEqual({
      wallet: 'alice',
      expiresAt: expect.any(Number),
      csrfToken: expect.any(String),
    });
  });

  it('[S1.7] of the operator is refused after its sign-out, whatever the list says', async () => {
    await using server = await TestServer.start({ ...withTurn, JWT_SECRET: OPERATOR_SECRET });
    const token = await operatorToken();
    expect((await server.get(PATHS.ice, token)).status).toBe(200);
    const response = await signOut(server, { authorization: `Bearer ${token}` });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([204, null]);
    expect(await codeOf(await server.get(PATHS.ice, token))).toEqual([401, 'session_ended']);
    expect((await server.get(PATHS.ice, await operatorToken())).status).toBe(200);
  });

  it('[S1.7] of more than 8192 characters is refused without a look inside', async () => {
    await using server = await TestServer.start({ JWT_SECRET: OPERATOR_SECRET });
    const response = await server.get(PATHS.ice, await operatorToken({ note: 'x'.repeat(8192) }));
    expect([response.status, await response.json()]).toMatchObject([401, { message: /8192/ }]);
  });
});

describe('the wallet sign-in of the real server', () => {
  const account = privateKeyToAccount(generatePrivateKey());

  /** What a page does: asks for a nonce, and has the wallet sign. */
  async function signed(server: TestServer, host = 'localhost') {
    const { nonce } = (await (await get(server, PATHS.nonce)).json()) as { nonce: string };
    const at = { domain: `${host}:${server.running.port}`, uri: server.url.replace('127.0.0.1', host) };
    const message = createSiweMessage({ address: account.address, chainId: 1, version: '1', nonce, ...at });
    return { message, signature: await account.signMessage({ message }) };
  }

  it('opens a session in a cookie, for the address in lower case', async () => {
    await using server = await TestServer.start(withTurn);
    const response = await postJson(server, PATHS.verify, await signed(server));
    expect(response.status).toBe(200);
    expect(await response.clone().json()).toMatchObject({ wallet: account.address.toLowerCase() });
    const { headers } = await cookieSessionOf(response);
    expect((await get(server, PATHS.ice, headers)).status).toBe(200);
  });

  it('opens a session with a token where that is asked for and allowed', async () => {
    await using server = await TestServer.start(withTurn);
    const body = { ...(await signed(server)), as: 'bearer' };
    const { token } = (await (await postJson(server, PATHS.verify, body)).json()) as { token: string };
    expect((await server.get(PATHS.ice, token)).status).toBe(200);
  });

  it('lets one of twenty requests with the same nonce through', async () => {
    await using server = await TestServer.start();
    const body = await signed(server);
    const answers = await Promise.all(Array.from({ length: 20 }, () => postJson(server, PATHS.verify, body)));
    const codes = await Promise.all(answers.map(async (answer) => (answer.ok ? 'in' : (await codeOf(answer))[1])));
    expect(codes.toSorted()).toEqual(['in', ...Array.from({ length: 19 }, () => 'nonce_invalid')]);
  });

  it.each([
    [
      'a nonce that was never given out',
      (b: Signed) => ({ ...b, message: b.message.replace(/Nonce: .*/, 'Nonce: 12345678') }),
      401,
      'nonce_invalid',
    ],
    [
      'another domain',
      (b: Signed) => ({ ...b, message: b.message.replaceAll('localhost', 'evil.example') }),
      403,
      'forbidden',
    ],
    [
      'another message than was signed',
      (b: Signed) => ({ ...b, message: b.message.replace('\n\n\n', '\n\nhi\n\n') }),
      401,
      'signature_invalid',
    ],
    ['a signature that is no signature', (b: Signed) => ({ ...b, signature: '0x12' }), 400, 'invalid_payload'],
    [
      'a message that is none',
      (b: Signed) => ({ ...b, message: 'let me in\r\nset-cookie: a=b' }),
      400,
      'invalid_payload',
    ],
    ['a field too many', (b: Signed) => ({ ...b, wallet: 'alice' }), 400, 'invalid_payload'],
  ])('is refused with %s', async (_what, change, status, code) => {
    await using server = await TestServer.start();
    const response = await postJson(server, PATHS.verify, change(await signed(server)));
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await codeOf(response)).toEqual([status, code]);
  });

  it('is not there where it is switched off, or there is no domain to name', async () => {
    for (const env of [{ WALLET_SIGN_IN: 'false' }, { HOST: '0.0.0.0' }]) {
      await using server = await TestServer.start(env);
      expect((await get(server, PATHS.nonce)).status).toBe(404);
    }
  });
});

type Signed = { message: string; signature: string };

describe('the log of the real server', () => {
  it('has one line for a sign-in and one for a sign-out, and no secret', async () => {
    await using server = await TestServer.start();
    const { cookie, csrfToken, headers } = await cookieSignIn(server, 'alice');
    const token = await server.signIn('bob');
    await get(server, PATHS.session, { cookie: `${cookie}x` });
    await signOut(server, headers);
    const lines = server.log.filter(({ level, msg }) => level === 30 && msg.startsWith('signed'));
    expect(lines).toMatchObject([
      { wallet: 'alice', kind: 'cookie', msg: 'signed in' },
      { wallet: 'bob', kind: 'bearer', msg: 'signed in' },
      { wallet: 'alice', kind: 'cookie', msg: 'signed out' },
    ]);
    const log = JSON.stringify(server.log);
    for (const secret of [cookie.split('=')[1] ?? 'missing', csrfToken, token]) expect(log).not.toContain(secret);
  });
});
