import { AnypathError, type IceAnswer, IceQuery, ROUTES } from '@anypath/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import * as v from 'valibot';
import type { Identity } from '../auth/authenticate.ts';
import type { Config } from '../config.ts';
import type { Flags } from '../flags/flags.ts';
import { type GuardParts, sessionRoute } from '../http/guard.ts';
import { RateLimited } from '../http/limits.ts';
import { after, type Maybe } from '../maybe.ts';
import type { Broker } from './broker.ts';
import { iceLinks } from './link-header.ts';
import { matrixAnswer, matrixError } from './matrix.ts';

/** What the ICE endpoints answer from. */
export interface IceParts extends GuardParts {
  readonly config: Pick<Config, 'ICE_CACHE_MAX_AGE'>;
  readonly flags: Flags;
  readonly broker: Broker;
  readonly log: Logger;
  /** Told how each request ended: who issued the credentials, or the code of the error. */
  readonly counted: (outcome: string) => void;
}

/** `GET /api/v1/rtc/ice` and its older names (SPEC S1.1, S1.2), and the same for Matrix clients. */
export function iceRoutes(app: FastifyInstance, parts: IceParts): void {
  const maxAge = parts.config.ICE_CACHE_MAX_AGE;
  const caching = maxAge > 0 ? `private, max-age=${maxAge}` : 'private, no-store';

  const failed = (error: unknown): never => {
    parts.counted(error instanceof AnypathError ? error.code : 'internal');
    throw error;
  };
  const answer = ({ wallet }: Identity): Maybe<IceAnswer> => {
    try {
      parts.flags.require('rtc.ice', wallet);
      const result = parts.broker.answer(wallet, Date.now());
      if (result instanceof Promise) return result.then(counted, failed);
      return counted(result);
    } catch (error) {
      return failed(error);
    }
  };
  const counted = (result: IceAnswer): IceAnswer => {
    parts.counted(result.provider);
    return result;
  };

  sessionRoute(app, parts, ROUTES.ice, { limit: 'ice' }, (identity, request, reply) => {
    const isLink = wantsLinks(request);
    return after(answer(identity), (result) => {
      reply.header('cache-control', caching);
      if (isLink) reply.header('link', iceLinks(result.iceServers));
      return result;
    });
  });

  app.register(async (matrix) => {
    matrix.setErrorHandler((error, _request, reply) => answerInMatrix(error, reply, parts.log));
    sessionRoute(matrix, parts, ROUTES.matrixTurnServer, { limit: 'ice' }, (identity, _request, reply) => {
      reply.header('cache-control', caching);
      return after(answer(identity), matrixAnswer);
    });
  });
}

function wantsLinks(request: FastifyRequest): boolean {
  const query = v.safeParse(IceQuery, request.query);
  if (!query.success) throw new AnypathError('invalid_payload', 'format: it is json or link');
  return query.output.format === 'link';
}

function answerInMatrix(error: unknown, reply: FastifyReply, log: Logger): void {
  if (!(error instanceof AnypathError)) throw error;
  const retryAfterMs = error instanceof RateLimited ? Math.ceil(error.retryAfterMs) : undefined;
  const { status, body } = matrixError(error, retryAfterMs);
  log.warn({ code: error.code, status }, 'request refused');
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  reply.code(status).header('cache-control', 'no-store').send(body);
}
