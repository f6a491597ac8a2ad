import { hash, hkdfSync } from 'node:crypto';
import { Tokens } from '@fastify/csrf';
import { LRUCache } from 'lru-cache';

/** Tokens whose check is remembered. */
const REMEMBERED_MAX = 10_000;
/** Ours have 96. A longer text is not worth a hash. */
const MAX_LENGTH = 128;

/** CSRF tokens, each good for one session. */
export interface Csrf {
  tokenFor(sessionId: string): string;
  fits(sessionId: string, token: string): boolean;
}

/**
 * CSRF tokens that are an HMAC over the session they belong to (OWASP, "Signed Double-Submit Cookie"), so that nothing is
 * stored, and the token of another session, or one that a neighbouring subdomain made up, is refused.
 *
 * @param secret of the installation; the key is derived from it (HKDF, RFC 5869)
 */
export function createCsrf(secret: Uint8Array): Csrf {
  const hmacKey = Buffer.from(hkdfSync('sha256', secret, '', 'anypath csrf', 32));
  const tokens = new Tokens({ userInfo: true, hmacKey });
  const remembered = new LRUCache<string, true>({ max: REMEMBERED_MAX });
  return {
    tokenFor: (sessionId) => tokens.create(sessionId, sessionId),
    fits(sessionId, token) {
      if (token === '' || token.length > MAX_LENGTH) return false;
      const key = hash('sha256', `${sessionId} ${token}`, 'base64url');
      if (remembered.get(key)) return true;
      const isGood = tokens.verify(sessionId, token, sessionId);
      if (isGood) remembered.set(key, true);
      return isGood;
    },
  };
}
