import {
  AnypathError,
  DevSignIn,
  type Nonce,
  ROUTES,
  type Session,
  type SessionKind,
  type SignInMethods,
  WalletSignIn,
} from '@anypath/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { bodyOf } from '../http/body.ts';
import { openRoute, sessionRoute } from '../http/guard.ts';
import type { Limits } from '../http/limits.ts';
import { isLoopback } from '../loopback.ts';
import type { Auth } from './auth.ts';
import type { Identity } from './authenticate.ts';
import { ethereum } from './wallet-message.ts';
import { offerNonce, walletOf } from './wallet-sign-in.ts';

/** What the routes answer from. */
export interface AuthRouteParts {
  readonly config: Pick<Config, 'bearer' | 'devSignIn' | 'walletSignIn' | 'ADMIN_WALLETS'>;
  readonly auth: Auth;
  readonly limits: Limits;
  readonly log: Logger;
}

/** The routes of sign-in and sign-out. Those that the configuration does not allow are not there. */
export function authRoutes(app: FastifyInstance, parts: AuthRouteParts): void {
  const { config, limits, auth } = parts;
  const guard = { auth: auth.authenticator, limits };
  const methods: SignInMethods = { development: config.devSignIn, wallet: config.walletSignIn, bearer: config.bearer };
  openRoute(app, guard, ROUTES.methods, 'session', () => methods);
  if (config.devSignIn) {
    openRoute(app, guard, ROUTES.devSignIn, 'signIn', (_nobody, request, reply) => devSignIn(parts, request, reply));
  }
  if (config.walletSignIn) {
    void ethereum();
    openRoute(app, guard, ROUTES.nonce, 'signIn', (_nobody, _request, reply) => giveNonce(parts, reply));
    openRoute(app, guard, ROUTES.verify, 'signIn', (_nobody, request, reply) => walletSignIn(parts, request, reply));
  }
  // It hands the CSRF token out, and can need none; a page of another origin cannot read the answer.
  sessionRoute(app, guard, ROUTES.session, { limit: 'session', csrf: false }, (identity, _request, reply) =>
    showSession(parts, identity, reply),
  );
  // Who presents a token in order to end it gains nothing, so Bearer is good here whatever the list says.
  sessionRoute(app, guard, ROUTES.logout, { limit: 'signIn', bearerAnywhere: true }, (identity, _request, reply) =>
    signOut(parts, identity, reply),
  );
}

/** Any wallet, no proof. Registered only where nobody but this machine reaches the server. */
function devSignIn(parts: AuthRouteParts, request: FastifyRequest, reply: FastifyReply): Promise<Session> {
  // A page elsewhere whose name resolves to 127.0.0.1 (DNS rebinding) sends its own name here.
  if (!isLoopback(request.hostname.replace(/^\[|\]$/g, ''))) throw new AnypathError('forbidden');
  const { wallet, as = parts.config.bearer ? 'bearer' : 'cookie' } = bodyOf(request, DevSignIn);
  refuseBearerWhereOff(parts, as);
  return openSession(parts, { wallet, kind: as, by: 'development' }, request, reply);
}

function giveNonce({ auth }: AuthRouteParts, reply: FastifyReply): Promise<Nonce> {
  reply.header('cache-control', 'no-store');
  return offerNonce(auth.wallets);
}

async function walletSignIn(parts: AuthRouteParts, request: FastifyRequest, reply: FastifyReply): Promise<Session> {
  const { as = 'cookie', ...signed } = bodyOf(request, WalletSignIn);
  // Before the nonce is used up for nothing.
  refuseBearerWhereOff(parts, as);
  const wallet = await walletOf(signed, parts.auth.wallets);
  return openSession(parts, { wallet, kind: as, by: 'wallet' }, request, reply);
}

function showSession({ config, auth }: AuthRouteParts, identity: Identity, reply: FastifyReply): Session {
  reply.header('cache-control', 'no-store');
  return { ...outlineOf(identity, config), ...(identity.via === 'cookie' ? csrfOf(auth, identity) : {}) };
}

async function signOut({ auth, log }: AuthRouteParts, identity: Identity, reply: FastifyReply): Promise<void> {
  const { wallet, sessionId, expiresAtMs, via } = identity;
  await auth.sessions.end(sessionId, expiresAtMs);
  log.info({ wallet, kind: via }, 'signed out');
  if (via === 'cookie') reply.header('set-cookie', auth.cookie.clear());
  await reply.code(204).header('cache-control', 'no-store').send();
}

/** Whom a session is for, how it travels, and what was proven. */
interface Opening {
  readonly wallet: string;
  readonly kind: SessionKind;
  readonly by: 'wallet' | 'development';
}

async function openSession(
  { config, auth, log }: AuthRouteParts,
  opening: Opening,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Session> {
  const { token, ...issued } = await auth.tokens.issue(opening.wallet);
  log.info(opening, 'signed in');
  reply.header('cache-control', 'no-store');
  if (opening.kind === 'bearer') return { ...outlineOf(issued, config), token };
  await endOverwritten(auth, request);
  reply.header('set-cookie', auth.cookie.set(token));
  return { ...outlineOf(issued, config), ...csrfOf(auth, issued) };
}

/** The session of a cookie that is about to be overwritten: nobody could sign out of it any more. */
async function endOverwritten(auth: Auth, request: FastifyRequest): Promise<void> {
  const token = auth.cookie.read(request.headers);
  if (!token) return;
  try {
    const { sessionId, expiresAtMs } = await auth.tokens.verify(token);
    await auth.sessions.end(sessionId, expiresAtMs);
  } catch {
    // Then it is worth nothing to anybody.
  }
}

function refuseBearerWhereOff({ config }: AuthRouteParts, kind: SessionKind): void {
  if (kind === 'bearer' && !config.bearer) {
    throw new AnypathError('forbidden', 'Bearer tokens are not accepted by this server (ALLOW_BEARER_AUTH)');
  }
}

const outlineOf = (
  { wallet, expiresAtMs }: Pick<Identity, 'wallet' | 'expiresAtMs'>,
  { ADMIN_WALLETS }: Pick<Config, 'ADMIN_WALLETS'>,
) => {
  return { wallet, expiresAt: expiresAtMs, ...(ADMIN_WALLETS.includes(wallet) ? { admin: true } : {}) };
};

const csrfOf = (auth: Auth, { sessionId }: Pick<Identity, 'sessionId'>) => {
  return { csrfToken: auth.csrf.tokenFor(sessionId) };
};
