import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Bus } from '../bus/port.ts';
import type { Config } from '../config.ts';
import type { Store } from '../store/port.ts';
import { type Authenticator, createAuthenticator } from './authenticate.ts';
import { type Csrf, createCsrf } from './csrf.ts';
import { createSessionCookie, type SessionCookie } from './session-cookie.ts';
import { openSessions, type Sessions } from './sessions.ts';
import { createTokens, type Tokens } from './tokens.ts';
import type { WalletSignInParts } from './wallet-sign-in.ts';

/** Everything about who somebody is. */
export interface Auth {
  readonly authenticator: Authenticator;
  readonly sessions: Sessions;
  readonly tokens: Pick<Tokens, 'issue' | 'verify'>;
  readonly csrf: Csrf;
  readonly cookie: SessionCookie;
  readonly wallets: WalletSignInParts;
}

/** What it is made of. */
export interface AuthParts {
  readonly config: Config;
  readonly store: Pick<Store, 'secret' | 'revokeSession' | 'revokedSessions'>;
  readonly bus: Pick<Bus, 'keepNonce' | 'takeNonce'>;
  readonly log: Logger;
  /** The clock, Unix time in milliseconds. */
  readonly nowMs?: () => number;
}

/** The installation's own secret signs sessions and CSRF tokens; it is made the first time and kept in the store. */
export async function createAuth({ config, store, bus, log, nowMs = Date.now }: AuthParts): Promise<Auth> {
  const secret = await store.secret('jwt', () => randomBytes(32));
  const tokens = createTokens({ config, secret, log, nowMs });
  const sessions = await openSessions(store, nowMs);
  const csrf = createCsrf(secret);
  const cookie = createSessionCookie(config);
  const authenticator = createAuthenticator({ config, tokens, sessions, csrf, cookie, nowMs });
  return { authenticator, sessions, tokens, csrf, cookie, wallets: { config, bus, nowMs } };
}

/** Whether anybody can sign in at all. */
export const canSignIn = (config: Pick<Config, 'devSignIn' | 'walletSignIn' | 'JWT_SECRET' | 'JWKS_URL'>): boolean =>
  config.devSignIn || config.walletSignIn || config.JWT_SECRET !== '' || config.JWKS_URL !== '';
