import { expect, it } from 'vitest';
import { signInResult } from './sign-in.ts';

const session = { wallet: 'alice', token: 't', expiresAt: 1000 };

it('signs in where the server gives a session', () => {
  expect(signInResult(200, session)).toEqual({ ok: true, session });
});

it.each([
  ['a server without development sign-in', 404, { error: 'not_found' }, 'no_dev_sign_in'],
  ['a refused name', 400, { error: 'invalid_payload' }, 'invalid_payload'],
  ['a proxy without a server behind it', 502, undefined, 'unreachable'],
  ['an answer that is no session', 200, { hello: 'there' }, 'unreachable'],
])('tells %s apart', (_, status, body, code) => {
  expect(signInResult(status, body)).toEqual({ ok: false, code });
});
