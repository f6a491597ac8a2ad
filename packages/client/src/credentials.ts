import { AnypathError, type Handshake, PATHS, Session } from '@anypath/protocol';
import { askHttp, parsed } from './http.ts';

/** What shows the server whom we speak for: a token, or the session cookie of the browser. */
export interface Credentials {
  /** Whether the socket takes the browser's cookies along to a server on another origin. */
  readonly withCredentials: boolean;
  /** What goes into a `fetch`. */
  forFetch(): Promise<Pick<RequestInit, 'headers' | 'credentials'>>;
  /** What goes into the handshake of a socket; asked for at each connection. */
  forHandshake(): Promise<Omit<Handshake, 'deviceId'>>;
  /** Gives up what was refused. Returns whether there may be something newer to present. */
  forget(): boolean;
}

/** The token of a sign-in, or a function that gets one. */
export type TokenSource = string | (() => string | Promise<string>);

/** Credentials out of a token. @param token asked for at each use */
export function bearer(token: TokenSource): Credentials {
  const get = async () => {
    try {
      return await (typeof token === 'function' ? token() : token);
    } catch (cause) {
      if (cause instanceof AnypathError) throw cause;
      throw new AnypathError('unauthenticated', 'no token could be had', { cause });
    }
  };
  return {
    withCredentials: false,
    forFetch: async () => ({ headers: { authorization: `Bearer ${await get()}` } }),
    forHandshake: async () => ({ token: await get() }),
    forget: () => false,
  };
}

/**
 * Credentials out of the session cookie. Scripts cannot read it, so the server is asked for the CSRF token that goes with it:
 * once for all who need it at the same time, and again for each connection, because another tab may have signed in anew.
 *
 * @param url the server
 */
export function cookie(url: string): Credentials {
  let known: string | undefined;
  let asking: Promise<string> | undefined;
  const ask = () => {
    asking ??= fetchSession(url)
      .then(({ csrfToken = '' }) => {
        known = csrfToken;
        return csrfToken;
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
  return {
    withCredentials: true,
    forFetch: async () => withCsrf(known ?? (await ask())),
    forHandshake: async () => ({ csrfToken: await ask() }),
    forget: () => {
      known = undefined;
      return true;
    },
  };
}

/** What goes into a `fetch` that the session cookie speaks for. */
export const withCsrf = (csrfToken: string): Pick<RequestInit, 'headers' | 'credentials'> => ({
  credentials: 'include',
  headers: { 'x-csrf-token': csrfToken },
});

/**
 * The session that the browser's cookie stands for.
 *
 * @param url the server
 * @throws AnypathError `unauthenticated` or `session_ended` where there is none
 */
export async function fetchSession(url: string): Promise<Session> {
  const body = await askHttp(new URL(PATHS.session, url), { credentials: 'include', cache: 'no-store' });
  return parsed(Session, body);
}

/** Asks the server as whoever is signed in, and once more where a CSRF token was that of an older session. */
export async function askSignedIn(url: URL, credentials: Credentials): Promise<unknown> {
  try {
    return await askHttp(url, await credentials.forFetch());
  } catch (error) {
    const isStale = error instanceof AnypathError && error.code === 'csrf_failed' && credentials.forget();
    if (!isStale) throw error;
    return askHttp(url, await credentials.forFetch());
  }
}
