import { createSecretKey, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { type Claims, claimsOf, type Verified } from './claims.ts';

/** `iss` and `aud` of the sessions that this server opens. No other key is ever asked about a token that names it. */
export const OWN_ISSUER = 'anypath';

/** A session that was just opened. */
export interface Issued extends Verified {
  /** The JWT that stands for it. */
  readonly token: string;
}

/** Opens sessions, and knows them again. */
export interface OwnTokens {
  issue(wallet: string): Promise<Issued>;
  /** @throws AnypathError `unauthenticated`; `session_ended` where it has expired */
  verify(token: string): Promise<Verified>;
}

/**
 * Sessions as JWTs (RFC 7519), signed with HMAC-SHA256 by a key that never leaves this installation.
 *
 * @param secret at least 32 bytes (RFC 7518, 3.2)
 * @param ttlSeconds how long a session lasts
 * @param nowMs the clock, Unix time in milliseconds
 */
export function createOwnTokens(secret: Uint8Array, ttlSeconds: number, nowMs: () => number): OwnTokens {
  const key = createSecretKey(secret);
  const options = { algorithms: ['HS256'], issuer: OWN_ISSUER, audience: OWN_ISSUER, requiredClaims: ['jti'] };
  return {
    async issue(wallet) {
      const issuedAt = Math.floor(nowMs() / 1000);
      const sessionId = randomBytes(16).toString('base64url');
      const expiresAt = issuedAt + ttlSeconds;
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(OWN_ISSUER)
        .setAudience(OWN_ISSUER)
        .setSubject(wallet)
        .setJti(sessionId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(key);
      return { wallet, sessionId, expiresAtMs: expiresAt * 1000, token };
    },
    async verify(token) {
      const { wallet, expiresAtMs, jti }: Claims = await claimsOf(token, [key], options, nowMs());
      return { wallet, sessionId: jti, expiresAtMs };
    },
  };
}
