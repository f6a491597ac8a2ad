import { randomUUID } from 'node:crypto';
import { PATHS, Session } from '@anypath/protocol';
import { type JWTPayload, SignJWT } from 'jose';
import * as v from 'valibot';
import type { TestServer } from './test-server.ts';

/** A secret that the operator's backend would share with the server. */
export const OPERATOR_SECRET = 'the secret of the operator, 32 bytes';

/** A session in a cookie, as a browser would hold it. */
export interface CookieSession {
  /** The header `Cookie`. */
  readonly cookie: string;
  /** What came with `Set-Cookie`. */
  readonly setCookie: string;
  readonly csrfToken: string;
  /** Both headers that a request needs. */
  readonly headers: { readonly cookie: string; readonly 'x-csrf-token': string };
}

/** Signs in by the development sign-in, into a cookie. */
export async function cookieSignIn(server: TestServer, wallet: string): Promise<CookieSession> {
  return cookieSessionOf(await postJson(server, PATHS.devSignIn, { wallet, as: 'cookie' }));
}

/** The session that an answer opened. */
export async function cookieSessionOf(response: Response): Promise<CookieSession> {
  const { csrfToken = '' } = v.parse(Session, await response.json());
  const setCookie = response.headers.get('set-cookie') ?? '';
  const [cookie = ''] = setCookie.split(';');
  return { cookie, setCookie, csrfToken, headers: { cookie, 'x-csrf-token': csrfToken } };
}

/** Sends a body to the server. */
export const postJson = (
  server: TestServer,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  server.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** Signs a session off. */
export const signOut = (server: TestServer, headers: Record<string, string>): Promise<Response> =>
  server.fetch(PATHS.logout, { method: 'POST', headers });

/**
 * A token as the operator's backend would issue it.
 *
 * @param claims beside `sub` alice and `exp` in an hour; `undefined` leaves one out
 * @param secret 32 bytes or more
 */
export function operatorToken(claims: JWTPayload = {}, secret: string = OPERATOR_SECRET): Promise<string> {
  const payload = { sub: 'alice', exp: Math.floor(Date.now() / 1000) + 3600, ref: randomUUID(), ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
}
