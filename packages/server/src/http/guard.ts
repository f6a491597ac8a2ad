import { AnypathError, LIMITS, type RateLimitName, type Route } from '@anypath/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access, Authenticator, Identity } from '../auth/authenticate.ts';
import { after, type Maybe } from '../maybe.ts';
import { limitKeyOf } from './client-address.ts';
import type { Limits, Use } from './limits.ts';

/** What stands before every route. */
export interface GuardParts {
  readonly auth: Authenticator;
  readonly limits: Limits;
}

/** How a route is guarded. */
export interface Guard {
  readonly limit: RateLimitName;
  /** Whether a cookie needs its CSRF token; it does where this is left out. */
  readonly csrf?: boolean;
  /** Whether Bearer is accepted although the route is not on BEARER_ROUTE_WHITELIST. */
  readonly bearerAnywhere?: boolean;
  /** How large a body may be, where that is not `httpBodyMaxBytes`. */
  readonly bodyMaxBytes?: number;
}

/** What answers a route. */
export type Handler<C> = (caller: C, request: FastifyRequest, reply: FastifyReply) => Maybe<unknown>;

/** Serves a route, at all its paths, to anyone: limited by address. */
export function openRoute(
  app: FastifyInstance,
  { limits }: Pick<GuardParts, 'limits'>,
  route: Route,
  limit: RateLimitName,
  handle: Handler<undefined>,
): void {
  each(
    app,
    route,
    LIMITS.httpBodyMaxBytes,
    () => (request, reply) =>
      after(limits.take(limit, limitKeyOf(request.ip)), (use) => {
        showUse(reply, use);
        return handle(undefined, request, reply);
      }),
  );
}

/** Serves a route, at all its paths, to whoever is signed in: limited by wallet, and by address where nobody is. */
export function sessionRoute(
  app: FastifyInstance,
  { auth, limits }: GuardParts,
  route: Route,
  { limit, bodyMaxBytes = LIMITS.httpBodyMaxBytes, ...options }: Guard,
  handle: Handler<Identity>,
): void {
  each(app, route, bodyMaxBytes, (path) => {
    const access = auth.access(path, options);
    // Nothing here waits for a token that is known: a promise for each step would cost as much as the answer.
    return (request, reply) =>
      after(identify(request, access, auth, limits, limit), (identity) =>
        after(limits.take(limit, identity.wallet), (use) => {
          showUse(reply, use);
          return handle(identity, request, reply);
        }),
      );
  });
}

/** Refusals count by address, so that nobody can try tokens without end. */
function identify(
  request: FastifyRequest,
  access: Access,
  auth: Authenticator,
  limits: Limits,
  limit: RateLimitName,
): Maybe<Identity> {
  const refuse = (error: unknown): Maybe<never> => {
    if (!(error instanceof AnypathError)) throw error;
    return after(limits.take(limit, `address ${limitKeyOf(request.ip)}`), () => {
      throw error;
    });
  };
  try {
    const identity = auth.identify(request.headers, access);
    return identity instanceof Promise ? identity.catch(refuse) : identity;
  } catch (error) {
    return refuse(error);
  }
}

function each(
  app: FastifyInstance,
  { method, path, aliases }: Route,
  bodyLimit: number,
  handlerOf: (path: string) => (request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  for (const url of [path, ...aliases]) app.route({ method, url, bodyLimit, handler: handlerOf(url) });
}

/** The headers of draft-ietf-httpapi-ratelimit-headers-06. */
function showUse(reply: FastifyReply, { limit, remaining, resetMs }: Use): void {
  reply.header('ratelimit-limit', limit);
  reply.header('ratelimit-remaining', remaining);
  reply.header('ratelimit-reset', Math.ceil(resetMs / 1000));
}
