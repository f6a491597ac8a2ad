import { createSecretKey, hash } from 'node:crypto';
import { AnypathError } from '@anypath/protocol';
import type { JWTHeaderParameters } from 'jose';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { claimsOf, type Verified } from './claims.ts';
import { jwksSource, type KeySource } from './jwks.ts';

/** What says which tokens of the operator count. */
export type OperatorSettings = Pick<Config, 'JWT_SECRET' | 'JWKS_URL' | 'JWT_ISSUER' | 'JWT_AUDIENCE'>;

/**
 * Checks a token of the operator's own issuer.
 *
 * @throws AnypathError `unauthenticated`; `session_ended` where it has expired; `unreachable` where its keys cannot be had
 */
export type OperatorTokens = (token: string, header: JWTHeaderParameters) => Promise<Verified>;

/** Signature algorithms whose public keys come from JWKS_URL. Nothing else is, above all no HMAC (RFC 8725, 2.1 and 3.1). */
const PUBLIC_KEY_ALGORITHMS: readonly string[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/**
 * Tokens of the operator's own issuer. The algorithm in the header picks the kind of key, and only that algorithm is then
 * accepted, so that a public key is never taken for a secret.
 *
 * @param nowMs the clock, Unix time in milliseconds
 */
export function createOperatorTokens(settings: OperatorSettings, log: Logger, nowMs: () => number): OperatorTokens {
  const sources = keySources(settings, log, nowMs);
  const claims = {
    ...(settings.JWT_ISSUER ? { issuer: settings.JWT_ISSUER } : {}),
    ...(settings.JWT_AUDIENCE ? { audience: settings.JWT_AUDIENCE } : {}),
  };
  return async (token, header) => {
    const keys = await sources.get(header.alg)?.(header);
    if (!keys) throw new AnypathError('unauthenticated', 'tokens with this algorithm are not accepted here');
    const { wallet, expiresAtMs } = await claimsOf(token, keys, { ...claims, algorithms: [header.alg] }, nowMs());
    return { wallet, expiresAtMs, sessionId: sessionIdOf(token) };
  };
}

function keySources(settings: OperatorSettings, log: Logger, nowMs: () => number): ReadonlyMap<string, KeySource> {
  const sources = new Map<string, KeySource>();
  if (settings.JWT_SECRET) {
    const keys = [createSecretKey(settings.JWT_SECRET, 'utf8')];
    sources.set('HS256', async () => keys);
  }
  if (settings.JWKS_URL) {
    const source = jwksSource(settings.JWKS_URL, log, nowMs);
    for (const algorithm of PUBLIC_KEY_ALGORITHMS) sources.set(algorithm, source);
  }
  return sources;
}

/**
 * Names the session of a token: a hash of what is signed. Not of the signature, which can be written in more than one way
 * (spare bits of its Base64, `-s` for `s` in ECDSA), so that an ended session does not come back under another name.
 */
const sessionIdOf = (token: string): string => hash('sha256', token.slice(0, token.lastIndexOf('.')), 'base64url');
