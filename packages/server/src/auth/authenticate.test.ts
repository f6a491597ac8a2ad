import { randomBytes } from 'node:crypto';
import { PATHS, SOCKET_ROUTE } from '@anypath/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createLocalBus } from '../bus/local.ts';
import { ConfigError, readConfig } from '../config.ts';
import { createAuth } from './auth.ts';

function authWith(env: Record<string, string> = {}, nowMs: () => number = Date.now) {
  const secret = randomBytes(32);
  const store = { secret: () => secret, revokeSession: () => undefined, revokedSessions: () => [] };
  return createAuth({ config: readConfig(env), store, bus: createLocalBus(), log: pino({ level: 'silent' }), nowMs });
}

const refusal = (code: string) => expect.objectContaining({ code });

describe('[S1.3] where Bearer is accepted', () => {
  it.each([
    [PATHS.ice, true],
    ['/api/rtc/ice', true],
    [SOCKET_ROUTE, true],
    ['/api/v1/auth/session', false],
    ['/api/v1/rtcx', false],
    ['/x/api/v1/rtc', false],
  ])('%s by the list as it comes: %s', async (path, bearer) => {
    expect((await authWith()).authenticator.access(path).bearer).toBe(bearer);
    expect((await authWith({ ALLOW_BEARER_AUTH: 'false' })).authenticator.access(path).bearer).toBe(false);
  });

  it('anywhere, for a route that says so, but not where Bearer is off', async () => {
    const anywhere = { bearerAnywhere: true };
    expect((await authWith()).authenticator.access('/x', anywhere).bearer).toBe(true);
    expect((await authWith({ ALLOW_BEARER_AUTH: 'false' })).authenticator.access('/x', anywhere).bearer).toBe(false);
  });

  it('is found out in no time, whatever expression the operator wrote', async () => {
    const { authenticator } = await authWith({ BEARER_ROUTE_WHITELIST: '^/(a+)+$' });
    const startedAtMs = performance.now();
    expect(authenticator.access(`/${'a'.repeat(50_000)}!`).bearer).toBe(false);
    expect(authenticator.access('/aaa').bearer).toBe(true);
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });

  it.each(['^/(?=api)', '(a)\\1', '(', '*'])('refuses the expression %s at the start', (expression) => {
    expect(() => readConfig({ BEARER_ROUTE_WHITELIST: expression })).toThrow(ConfigError);
  });
});

describe('[S1.3] who a request speaks for', () => {
  const route = { bearer: true, csrf: true };

  it('is found without a promise where the token was seen before', async () => {
    const { authenticator, tokens } = await authWith();
    const { token, sessionId } = await tokens.issue('alice');
    const headers = { authorization: `Bearer ${token}` };
    await authenticator.identify(headers, route);
    expect(authenticator.identify(headers, route)).toMatchObject({ wallet: 'alice', sessionId, via: 'bearer' });
  });

  it.each(['bearer', 'BEARER'])('takes the scheme as %s, too', async (scheme) => {
    const { authenticator, tokens } = await authWith();
    const { token } = await tokens.issue('alice');
    expect(await authenticator.identify({ authorization: `${scheme} ${token}` }, route)).toMatchObject({
      via: 'bearer',
    });
  });

  it('does not fall back to the cookie where a Bearer token is there and wrong', async () => {
    const { authenticator, tokens, csrf } = await authWith();
    const { token, sessionId } = await tokens.issue('alice');
    const good = { cookie: `anypath_session=${token}`, 'x-csrf-token': csrf.tokenFor(sessionId) };
    expect(await authenticator.identify(good, route)).toMatchObject({ via: 'cookie' });
    for (const authorization of ['Bearer x', 'Bearer', 'Bearer ']) {
      const attempt = async () => authenticator.identify({ ...good, authorization }, route);
      await expect(attempt()).rejects.toEqual(refusal('unauthenticated'));
    }
    expect(await authenticator.identify({ ...good, authorization: 'Basic eDp5' }, route)).toMatchObject({
      via: 'cookie',
    });
  });

  it('says that Bearer is not accepted where it is not', async () => {
    const { authenticator, tokens } = await authWith();
    const headers = { authorization: `Bearer ${(await tokens.issue('alice')).token}` };
    expect(() => authenticator.identify(headers, { ...route, bearer: false })).toThrow(/ALLOW_BEARER_AUTH/);
  });

  it('is refused with a CSRF token that is missing, wrong or of another session', async () => {
    const { authenticator, tokens, csrf } = await authWith();
    const [mine, other] = [await tokens.issue('alice'), await tokens.issue('alice')];
    const cookie = `anypath_session=${mine.token}`;
    const good = csrf.tokenFor(mine.sessionId);
    const wrong = [
      undefined,
      '',
      'x',
      '-',
      '--',
      `${good}x`,
      `x${good}`,
      csrf.tokenFor(other.sessionId),
      'x'.repeat(9999),
    ];
    for (const token of wrong) {
      const attempt = async () => authenticator.identify({ cookie, 'x-csrf-token': token }, route);
      await expect(attempt()).rejects.toEqual(refusal('csrf_failed'));
    }
    expect(await authenticator.identify({ cookie }, { ...route, csrf: false })).toMatchObject({ via: 'cookie' });
  });

  it('is nobody any more once the session has expired or was ended, also where its token was seen before', async () => {
    let now = Date.now();
    const { authenticator, sessions, tokens } = await authWith({}, () => now);
    const [first, second] = [await tokens.issue('alice'), await tokens.issue('alice')];
    const [one, other] = [bearerOf(first.token), bearerOf(second.token)];
    await authenticator.identify(one, route);
    await authenticator.identify(other, route);
    sessions.end(first.sessionId, first.expiresAtMs);
    expect(() => authenticator.identify(one, route)).toThrow(refusal('session_ended'));
    expect(authenticator.identify(other, route)).toMatchObject({ wallet: 'alice' });
    now = second.expiresAtMs;
    expect(() => authenticator.identify(other, route)).toThrow(refusal('session_ended'));
  });
});

const bearerOf = (token: string) => ({ authorization: `Bearer ${token}` });
