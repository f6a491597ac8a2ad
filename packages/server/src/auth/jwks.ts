import { AnypathError } from '@anypath/protocol';
import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTHeaderParameters } from 'jose';
import type { Logger } from 'pino';
import type { VerificationKey } from './claims.ts';

/** How long the issuer may take to answer. A request waits for it, so no longer than a person would. */
const TIMEOUT_MS = 3_000;
/** The shortest time between two questions, whatever came of the first: tokens with made-up key names cannot drive them. */
export const COOLDOWN_MS = 5_000;
/** How long keys are believed without asking again. */
const MAX_AGE_MS = 600_000;

/** The keys that may have signed a token with this header. */
export type KeySource = (header: JWTHeaderParameters) => Promise<readonly VerificationKey[]>;

/**
 * The public keys of an issuer (RFC 7517), fetched when they are needed first, when they are old, and when a `kid` turns up
 * that is not among them.
 *
 * @param url where they are
 * @param log told when they cannot be had
 * @param nowMs the clock, Unix time in milliseconds
 * @returns a source that throws AnypathError: `unauthenticated` where the issuer has no such key, `unreachable` where its keys
 *   cannot be had
 */
export function jwksSource(url: string, log: Logger, nowMs: () => number): KeySource {
  let askAgainAtMs = 0;
  let quietUntilMs = 0;
  const ask: FetchImplementation = async (address, options) => {
    if (nowMs() < askAgainAtMs) throw new AnypathError('unreachable', UNREACHABLE);
    askAgainAtMs = nowMs() + COOLDOWN_MS;
    return fetch(address, options);
  };
  const keyOf = createRemoteJWKSet(new URL(url), {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: MAX_AGE_MS,
    [customFetch]: ask,
  });

  return async (header) => {
    try {
      return [await keyOf(header)];
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return allOf(error);
      if (error instanceof errors.JWKSNoMatchingKey) {
        throw new AnypathError('unauthenticated', 'the token is signed with a key that its issuer does not have');
      }
      if (error instanceof AnypathError) throw error;
      if (nowMs() >= quietUntilMs) log.error({ reason: reasonOf(error) }, 'the keys at JWKS_URL cannot be had');
      quietUntilMs = nowMs() + COOLDOWN_MS;
      throw new AnypathError('unreachable', UNREACHABLE, { cause: error });
    }
  };
}

const UNREACHABLE = 'the keys of the token issuer cannot be had now; try again';

/** Keys without a `kid` are tried one after the other. */
async function allOf(keys: AsyncIterable<VerificationKey>): Promise<VerificationKey[]> {
  const all: VerificationKey[] = [];
  for await (const key of keys) all.push(key);
  return all;
}

/** `fetch` says "fetch failed", and why in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
