import type { KeyObject } from 'node:crypto';
import { AnypathError, Wallet } from '@anypath/protocol';
import { type CryptoKey, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import * as v from 'valibot';

/** What a token proves. */
export interface Verified {
  readonly wallet: string;
  /** Names the session of the token; what ends at a sign-out. */
  readonly sessionId: string;
  /** Unix time in milliseconds. */
  readonly expiresAtMs: number;
}

/** What is read from a token whose signature holds. */
export interface Claims extends Omit<Verified, 'sessionId'> {
  /** `jti`; empty where the token has none. */
  readonly jti: string;
}

/** A key that may have signed a token. */
export type VerificationKey = CryptoKey | KeyObject;

/**
 * How far the clock of an issuer may be ahead of ours, seconds: a token that is "not yet" valid by less is taken. `exp` holds
 * to the second.
 */
const CLOCK_TOLERANCE = 5;

/** The last moment that a `Date` can hold; `exp` may be any number. */
const MAX_DATE_MS = 8.64e15;

/**
 * The claims of a token, once its signature and they are checked (RFC 7519, 7.2). `sub` and `exp` are required.
 *
 * @param keys that may have signed it; one of them must have
 * @param options the algorithms that count, and what else the claims must be
 * @param nowMs Unix time in milliseconds
 * @throws AnypathError `unauthenticated`; `session_ended` where the token was good and has expired
 */
export async function claimsOf(
  token: string,
  keys: readonly VerificationKey[],
  options: JWTVerifyOptions,
  nowMs: number,
): Promise<Claims> {
  const payload = await payloadOf(token, keys, {
    ...options,
    requiredClaims: ['sub', 'exp', ...(options.requiredClaims ?? [])],
    clockTolerance: CLOCK_TOLERANCE,
    currentDate: new Date(nowMs),
  });
  const wallet = v.safeParse(Wallet, payload.sub);
  if (!wallet.success) throw new AnypathError('unauthenticated', 'the subject of the token is no wallet');
  const expiresAtMs = Math.min(Math.floor((payload.exp ?? 0) * 1000), MAX_DATE_MS);
  return { wallet: wallet.output, expiresAtMs, jti: payload.jti ?? '' };
}

async function payloadOf(
  token: string,
  keys: readonly VerificationKey[],
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let cause: unknown;
  for (const key of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      cause = error;
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
    }
  }
  if (cause instanceof errors.JWTExpired) throw new AnypathError('session_ended', undefined, { cause });
  throw new AnypathError('unauthenticated', 'the token is not valid here', { cause });
}
