import type { IncomingHttpHeaders } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Config } from '../config.ts';

/** The cookie that carries a session (RFC 6265). */
export interface SessionCookie {
  /** The token in it, where there is one. */
  read(headers: IncomingHttpHeaders): string | undefined;
  /** The value of `Set-Cookie` that keeps a token in it. */
  set(token: string): string;
  /** The value of `Set-Cookie` that removes it. */
  clear(): string;
}

/** Tokens have no character that a cookie may not have. */
const asItIs = (text: string): string => text;

/** Out of reach for scripts, not sent by pages of other sites, and over https alone where the server is reached by it. */
export function createSessionCookie(
  config: Pick<Config, 'SESSION_COOKIE' | 'SESSION_TTL' | 'secureCookies'>,
): SessionCookie {
  const name = config.SESSION_COOKIE;
  const kept = { httpOnly: true, sameSite: 'lax', path: '/', secure: config.secureCookies } as const;
  return {
    read: ({ cookie }) => (cookie ? parseCookie(cookie, { decode: asItIs })[name] : undefined),
    set: (token) => stringifySetCookie({ name, value: token, maxAge: config.SESSION_TTL, ...kept }, { encode: asItIs }),
    clear: () => stringifySetCookie({ name, value: '', maxAge: 0, ...kept }),
  };
}
