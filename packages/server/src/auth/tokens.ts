import { AnypathError, type Session, Wallet } from '@anypath/protocol';
import { jwtVerify, SignJWT } from 'jose';
import * as v from 'valibot';

/** Issues and checks tokens (JWT, HS256; RFC 7519). */
export interface Tokens {
  /** A token for a wallet. */
  issue(wallet: string): Promise<Session>;
  /**
   * Who a token speaks for.
   *
   * @throws AnypathError `unauthenticated` for anything but a valid token with a wallet as its subject
   */
  verify(token: string): Promise<string>;
}

const LIFETIME_SECONDS = 12 * 60 * 60;

/** @param secret at least 32 bytes (RFC 7518, 3.2) */
export function createTokens(secret: Uint8Array): Tokens {
  return {
    async issue(wallet) {
      const expires = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(wallet)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(secret);
      return { wallet, token, expiresAt: expires * 1000 };
    },
    async verify(token) {
      const payload = await claimsOf(token, secret);
      const wallet = v.safeParse(Wallet, payload.sub);
      if (!wallet.success) throw new AnypathError('unauthenticated', 'the subject of the token is no wallet');
      return wallet.output;
    },
  };
}

async function claimsOf(token: string, secret: Uint8Array) {
  try {
    const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'], requiredClaims: ['sub', 'exp'] });
    return payload;
  } catch (cause) {
    throw new AnypathError('unauthenticated', 'the token is not valid here, or has expired', { cause });
  }
}
