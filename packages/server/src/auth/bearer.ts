import { AnypathError } from '@anypath/protocol';
import type { FastifyRequest } from 'fastify';
import type { Tokens } from './tokens.ts';

/**
 * The wallet that a request speaks for, from `Authorization: Bearer` (RFC 6750).
 *
 * @throws AnypathError `unauthenticated`
 */
export async function walletOf(request: FastifyRequest, tokens: Tokens): Promise<string> {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw new AnypathError('unauthenticated');
  return tokens.verify(token);
}
