import { AnypathError, LIMITS } from '@anypath/protocol';
import { decodeJwt, decodeProtectedHeader, type JWTHeaderParameters } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Verified } from './claims.ts';
import { createOperatorTokens, type OperatorSettings } from './operator-tokens.ts';
import { createOwnTokens, type Issued, OWN_ISSUER } from './own-tokens.ts';

/** Tokens whose check is remembered. */
const REMEMBERED_MAX = 10_000;

/** What tokens are checked with. */
export interface TokenParts {
  readonly config: OperatorSettings & Pick<Config, 'SESSION_TTL'>;
  /** The installation's own secret, at least 32 bytes. */
  readonly secret: Uint8Array;
  readonly log: Logger;
  /** The clock, Unix time in milliseconds. */
  readonly nowMs: () => number;
}

/** Issues and checks tokens (JWT, RFC 7519). */
export interface Tokens {
  /** Opens a session for a wallet. */
  issue(wallet: string): Promise<Issued>;
  /**
   * Checks a token: own sessions with the installation's secret alone, any other with the keys of the operator.
   *
   * @returns what it proves, also of a token that has expired since; a promise where it was not seen before
   * @throws AnypathError `unauthenticated`; `session_ended` where it has expired; `unreachable` where its keys cannot be had
   */
  verify(token: string): Verified | Promise<Verified>;
}

/**
 * Checks are remembered under the token itself, until it leaves the cache: to hash it at each request would cost more than the
 * rest of the sign-in.
 */
export function createTokens({ config, secret, log, nowMs }: TokenParts): Tokens {
  const own = createOwnTokens(secret, config.SESSION_TTL, nowMs);
  const verifyOperators = createOperatorTokens(config, log, nowMs);
  const remembered = new LRUCache<string, Verified>({ max: REMEMBERED_MAX });

  async function check(token: string): Promise<Verified> {
    const { header, issuer } = unverified(token);
    const verified = await (issuer === OWN_ISSUER ? own.verify(token) : verifyOperators(token, header));
    remembered.set(token, verified);
    return verified;
  }

  return {
    issue: (wallet) => own.issue(wallet),
    verify(token) {
      if (token.length > LIMITS.tokenMaxLength) {
        throw new AnypathError('unauthenticated', `a token has at most ${LIMITS.tokenMaxLength} characters`);
      }
      return remembered.get(token) ?? check(token);
    },
  };
}

/** What a token says of itself before anything is proven: good for choosing the key, and for nothing else. */
function unverified(token: string): { header: JWTHeaderParameters; issuer: string | undefined } {
  try {
    const { alg, ...header } = decodeProtectedHeader(token);
    if (!alg) throw new TypeError('no algorithm');
    return { header: { ...header, alg }, issuer: decodeJwt(token).iss };
  } catch (cause) {
    throw new AnypathError('unauthenticated', 'that is no token', { cause });
  }
}
