import { randomBytes } from 'node:crypto';
import { LIMITS } from '@anypath/protocol';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { OPERATOR_SECRET, operatorToken } from '../testing/session.ts';
import { createTokens } from './tokens.ts';

const secret = randomBytes(32);
const log = pino({ level: 'silent' });
const tokensWith = (env: Record<string, string> = {}, nowMs: () => number = Date.now) =>
  createTokens({ config: readConfig(env), secret, log, nowMs });
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
const refusal = (code: string) => expect.objectContaining({ code });

describe('own sessions', () => {
  it('are known again by whoever has the secret, and cost no promise the second time', async () => {
    const { token, ...issued } = await tokensWith().issue('alice');
    const tokens = tokensWith();
    expect(await tokens.verify(token)).toEqual(issued);
    expect(tokens.verify(token)).toEqual(issued);
  });

  it('last for SESSION_TTL', async () => {
    const issued = await tokensWith({ SESSION_TTL: '60' }, () => 1_000_000).issue('alice');
    expect(issued.expiresAtMs).toBe(1_060_000);
  });

  it('end to the second, whatever tolerance there is for clocks', async () => {
    let now = Date.now();
    const { token, expiresAtMs } = await tokensWith({ SESSION_TTL: '60' }, () => now).issue('alice');
    now = expiresAtMs + 6_000;
    await expect(tokensWith({}, () => now).verify(token)).rejects.toEqual(refusal('session_ended'));
  });

  it('[S1.3] are not signed by the operator, who may not name our issuer', async () => {
    const forged = await operatorToken({ iss: 'anypath', aud: 'anypath', jti: 'x' });
    await expect(tokensWith({ JWT_SECRET: OPERATOR_SECRET }).verify(forged)).rejects.toEqual(
      refusal('unauthenticated'),
    );
  });

  it.each([
    ['another audience', { aud: 'other' }],
    ['no audience', { aud: undefined }],
    ['no identifier', { jti: undefined }],
  ])('are refused with %s', async (_what, claims) => {
    const payload = { iss: 'anypath', aud: 'anypath', jti: 'x', sub: 'alice', exp: inAnHour(), ...claims };
    const token = await new SignJWT(payload as JWTPayload).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    await expect(tokensWith().verify(token)).rejects.toEqual(refusal('unauthenticated'));
  });
});

describe('[S1.3] tokens of the operator, by JWT_SECRET', () => {
  const operator = { JWT_SECRET: OPERATOR_SECRET, JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'anypath-app' };
  const claims = { iss: operator.JWT_ISSUER, aud: operator.JWT_AUDIENCE };

  it('are accepted, for the wallet in sub', async () => {
    const exp = inAnHour();
    const token = await operatorToken({ ...claims, exp });
    expect(await tokensWith(operator).verify(token)).toMatchObject({ wallet: 'alice', expiresAtMs: exp * 1000 });
  });

  it('are accepted without issuer and audience where none is asked for', async () => {
    const token = await operatorToken();
    expect(await tokensWith({ JWT_SECRET: OPERATOR_SECRET }).verify(token)).toMatchObject({ wallet: 'alice' });
  });

  it('are refused where no secret is set', async () => {
    await expect(tokensWith().verify(await operatorToken())).rejects.toEqual(refusal('unauthenticated'));
  });

  it.each([
    ['expired', { exp: 1 }, 'session_ended'],
    ['of another issuer', { iss: 'https://evil.example' }, 'unauthenticated'],
    ['of no issuer', { iss: undefined }, 'unauthenticated'],
    ['for another audience', { aud: 'other' }, 'unauthenticated'],
    ['for nobody in particular', { aud: undefined }, 'unauthenticated'],
    ['without sub', { sub: undefined }, 'unauthenticated'],
    ['without exp', { exp: undefined }, 'unauthenticated'],
    ['not valid yet', { nbf: inAnHour() }, 'unauthenticated'],
    ['with an empty wallet', { sub: '' }, 'unauthenticated'],
    ['with a newline in the wallet', { sub: 'alice\nbob' }, 'unauthenticated'],
    ['with a header in the wallet', { sub: 'alice\r\nset-cookie: a=b' }, 'unauthenticated'],
    ['with the separator of convId in the wallet', { sub: 'alice:bob' }, 'unauthenticated'],
    ['with a wallet that is too long', { sub: 'a'.repeat(LIMITS.walletMaxLength + 1) }, 'unauthenticated'],
  ])('are refused where they are %s', async (_what, wrong, code) => {
    const token = await operatorToken({ ...claims, ...wrong } as JWTPayload);
    await expect(tokensWith(operator).verify(token)).rejects.toEqual(refusal(code));
  });

  it('are not issued in our own name', () => {
    expect(() => readConfig({ JWT_ISSUER: 'anypath' })).toThrow('JWT_ISSUER is "anypath"; it may be a text other than');
  });

  it('may be valid from a few seconds on, where the clock of the issuer is ahead', async () => {
    const nbf = Math.floor(Date.now() / 1000) + 3;
    expect(await tokensWith(operator).verify(await operatorToken({ ...claims, nbf }))).toMatchObject({
      wallet: 'alice',
    });
  });

  it('are refused where they are signed with another secret', async () => {
    const token = await operatorToken(claims, 'x'.repeat(32));
    await expect(tokensWith(operator).verify(token)).rejects.toEqual(refusal('unauthenticated'));
  });

  it.each([
    ['without a signature (alg: none)', async () => new UnsecuredJWT({ ...claims, sub: 'alice' }).encode()],
    ['cut short', async () => (await operatorToken(claims)).slice(0, -5)],
    ['without their last part', async () => (await operatorToken(claims)).split('.').slice(0, 2).join('.')],
    ['changed', async () => (await operatorToken(claims)).replace('.', '.e')],
    ['no token at all', async () => 'abc'],
    ['empty', async () => ''],
    ['three dots', async () => '...'],
    ['with an array for a payload', async () => `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.W10.x`],
    ['with another HMAC', async () => hs512(claims)],
  ])('are refused where they are %s', async (_what, make) => {
    const token = await make();
    await expect((async () => tokensWith(operator).verify(token))()).rejects.toEqual(refusal('unauthenticated'));
  });

  it('are refused at more than 8192 characters, before anything is read', async () => {
    const token = await operatorToken({ ...claims, note: 'x'.repeat(LIMITS.tokenMaxLength) });
    expect(() => tokensWith(operator).verify(token)).toThrow(refusal('unauthenticated'));
  });

  it('stay one session however the end of their signature is spelled', async () => {
    const token = await operatorToken(claims);
    const tokens = tokensWith(operator);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // The last of 43 characters carries four bits of 32 bytes, and two that say nothing.
    const last = alphabet.indexOf(token.at(-1) ?? '');
    const twin = `${token.slice(0, -1)}${alphabet[last ^ 1]}`;
    const [one, other] = [
      await tokens.verify(token),
      await Promise.resolve(tokens.verify(twin)).catch(() => undefined),
    ];
    expect(other?.sessionId ?? one.sessionId).toBe(one.sessionId);
    expect(one.sessionId).toMatch(/^[\w-]{43}$/);
  });
});

const hs512 = (claims: Record<string, unknown>) =>
  new SignJWT({ ...claims, sub: 'alice', exp: inAnHour() })
    .setProtectedHeader({ alg: 'HS512' })
    .sign(new TextEncoder().encode(OPERATOR_SECRET.repeat(2)));
