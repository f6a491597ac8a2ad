import type { IncomingHttpHeaders } from 'node:http';
import { AnypathError, type Handshake, SOCKET_ROUTE } from '@anypath/protocol';
import type { Config } from '../config.ts';
import type { Verified } from './claims.ts';
import type { Csrf } from './csrf.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';

/** Who a request speaks for. */
export interface Identity {
  readonly wallet: string;
  readonly sessionId: string;
  /** When the session ends by itself, Unix time in milliseconds. */
  readonly expiresAtMs: number;
  readonly via: 'cookie' | 'bearer';
}

/** What a route accepts. Computed once, when the route is registered. */
export interface Access {
  /** Whether Bearer tokens count: they are allowed, and the route is on BEARER_ROUTE_WHITELIST. */
  readonly bearer: boolean;
  /** Whether a cookie needs its CSRF token. */
  readonly csrf: boolean;
}

/** Finds out who a request or a socket speaks for. */
export interface Authenticator {
  /**
   * What a route accepts (SPEC S1.3).
   *
   * @param path of the route
   * @param options `csrf: false` for a route that changes and reveals nothing another page could use; `bearerAnywhere` where
   *   Bearer counts whether or not the route is on the list
   */
  access(path: string, options?: { csrf?: boolean; bearerAnywhere?: boolean }): Access;
  /**
   * Who a request speaks for: a Bearer token (RFC 6750) where there is one, else the session cookie with `X-CSRF-Token`.
   *
   * @returns a promise only where the token was not seen before
   * @throws AnypathError `unauthenticated`, `session_ended`, `csrf_failed`; `unreachable` where the keys of the operator's
   *   issuer are needed and cannot be had
   */
  identify(headers: IncomingHttpHeaders, access: Access): Identity | Promise<Identity>;
  /** The same for a socket: `token` of the handshake counts as Bearer on SOCKET_ROUTE; without one, the cookie with `csrfToken`. */
  handshake(auth: Handshake, headers: IncomingHttpHeaders): Identity | Promise<Identity>;
}

/** What the authenticator decides with. */
export interface AuthenticatorParts {
  readonly config: Pick<Config, 'bearer' | 'BEARER_ROUTE_WHITELIST'>;
  readonly tokens: Pick<Tokens, 'verify'>;
  readonly sessions: Pick<Sessions, 'hasEnded'>;
  readonly csrf: Pick<Csrf, 'fits'>;
  readonly cookie: Pick<SessionCookie, 'read'>;
  /** The clock, Unix time in milliseconds. */
  readonly nowMs: () => number;
}

/** One means for HTTP and for sockets. A token that was seen before costs no promise. */
export function createAuthenticator(parts: AuthenticatorParts): Authenticator {
  const { config, tokens, sessions, csrf, cookie, nowMs } = parts;

  /** Whether a session still holds is asked each time, and after any wait. */
  function identityOf({ wallet, sessionId, expiresAtMs }: Verified, via: Identity['via']): Identity {
    if (expiresAtMs <= nowMs() || sessions.hasEnded(sessionId)) throw new AnypathError('session_ended');
    return { wallet, sessionId, expiresAtMs, via };
  }

  function byToken(token: string, isAccepted: boolean): Identity | Promise<Identity> {
    if (!isAccepted) throw new AnypathError('unauthenticated', NO_BEARER);
    return whenVerified(tokens.verify(token), (verified) => identityOf(verified, 'bearer'));
  }

  /** @param csrfToken what came with it; `undefined` where none is needed */
  function byCookie(headers: IncomingHttpHeaders, csrfToken: string | undefined): Identity | Promise<Identity> {
    const token = cookie.read(headers);
    if (!token) throw new AnypathError('unauthenticated');
    return whenVerified(tokens.verify(token), (verified) => {
      const identity = identityOf(verified, 'cookie');
      if (csrfToken !== undefined && !csrf.fits(identity.sessionId, csrfToken)) throw new AnypathError('csrf_failed');
      return identity;
    });
  }

  const access: Authenticator['access'] = (path, { csrf: needsCsrf = true, bearerAnywhere = false } = {}) => ({
    bearer: config.bearer && (bearerAnywhere || config.BEARER_ROUTE_WHITELIST.test(path)),
    csrf: needsCsrf,
  });
  const socketAccess = access(SOCKET_ROUTE);

  return {
    access,
    identify(headers, route) {
      const token = bearerOf(headers.authorization);
      if (token !== undefined) return byToken(token, route.bearer);
      return byCookie(headers, route.csrf ? textOf(headers['x-csrf-token']) : undefined);
    },
    handshake({ token, csrfToken = '' }, headers) {
      if (token !== undefined) return byToken(token, socketAccess.bearer);
      return byCookie(headers, csrfToken);
    },
  };
}

const NO_BEARER = 'Bearer tokens are not accepted here (ALLOW_BEARER_AUTH, BEARER_ROUTE_WHITELIST)';

function whenVerified(
  verified: Verified | Promise<Verified>,
  decide: (verified: Verified) => Identity,
): Identity | Promise<Identity> {
  return verified instanceof Promise ? verified.then(decide) : decide(verified);
}

/** The token of `Authorization: Bearer`, perhaps empty; `undefined` where there is none, or it is of another scheme. */
function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !/^bearer(?: |$)/i.test(authorization)) return undefined;
  return authorization.slice('bearer '.length).trim();
}

const textOf = (header: string | string[] | undefined): string => (typeof header === 'string' ? header : '');
