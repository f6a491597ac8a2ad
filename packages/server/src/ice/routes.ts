import { AnypathError, type IceAnswer, IceQuery, ROUTES } from '@anypath/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import type { Identity } from '../auth/authenticate.ts';
import type { Config } from '../config.ts';
import type { Flags } from '../flags/flags.ts';
import { type GuardParts, sessionRoute } from '../http/guard.ts';
import { RateLimited } from '../http/limits.ts';
import type { Broker } from './broker.ts';
import { iceLinks } from './link-header.ts';
import { matrixAnswer, matrixError } from './matrix.ts';

/** What the ICE endpoints answer from. */
export interface IceParts extends GuardParts {
  readonly config: Pick<Config, 'ICE_CACHE_MAX_AGE'>;
  readonly flags: Flags;
  readonly broker: Broker;
  /** Told how each request ended: who issued the credentials, or the code of the error. */
  readonly counted: (outcome: string) => void;
}

/** `GET /api/v1/rtc/ice` and its older names (SPEC S1.1, S1.2), and the same for Matrix clients. */
export function iceRoutes(app: FastifyInstance, parts: IceParts): void {
  const maxAge = parts.config.ICE_CACHE_MAX_AGE;
  const caching = maxAge > 0 ? `private, max-age=${maxAge}` : 'private, no-store';

  const answer = async ({ wallet }: Identity): Promise<IceAnswer> => {
    try {
      parts.flags.require('rtc.ice', wallet);
      const result = await parts.broker.answer(wallet, Date.now());
      parts.counted(result.provider);
      return result;
    } catch (error) {
      parts.counted(error instanceof AnypathError ? error.code : 'internal');
      throw error;
    }
  };

  sessionRoute(app, parts, ROUTES.ice, { limit: 'ice' }, async (identity, request, reply) => {
    const isLink = wantsLinks(request);
    const result = await answer(identity);
    reply.header('cache-control', caching);
    if (isLink) reply.header('link', iceLinks(result.iceServers));
    return result;
  });

  app.register(async (matrix) => {
    matrix.setErrorHandler((error, request, reply) => answerInMatrix(error, request, reply));
    sessionRoute(matrix, parts, ROUTES.matrixTurnServer, { limit: 'ice' }, async (identity, _request, reply) => {
      reply.header('cache-control', caching);
      return matrixAnswer(await answer(identity));
    });
  });
}

function wantsLinks(request: FastifyRequest): boolean {
  const query = v.safeParse(IceQuery, request.query);
  if (!query.success) throw new AnypathError('invalid_payload', 'format: it is json or link');
  return query.output.format === 'link';
}

function answerInMatrix(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (!(error instanceof AnypathError)) throw error;
  const retryAfterMs = error instanceof RateLimited ? Math.ceil(error.retryAfterMs) : undefined;
  const { status, body } = matrixError(error, retryAfterMs);
  request.log.warn({ code: error.code, status }, 'request refused');
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  reply.code(status).header('cache-control', 'no-store').send(body);
}
