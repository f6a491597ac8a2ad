import * as v from 'valibot';
import { Wallet } from './identifiers.ts';
import { UnixMs } from './unix-ms.ts';

/**
 * How a session is carried: `cookie` sets an HttpOnly cookie and returns a CSRF token; `bearer` returns a token, where the
 * server allows it.
 */
export const SessionKind = v.picklist(['cookie', 'bearer']);
export type SessionKind = v.InferOutput<typeof SessionKind>;

/** Answer of `GET /api/v1/auth/methods`: how one may sign in here. */
export const SignInMethods = v.object({
  /** Any name, without proof. */
  development: v.boolean(),
  /** An Ethereum wallet (EIP-4361). */
  wallet: v.boolean(),
  /** Whether sessions may be `as: 'bearer'`. */
  bearer: v.boolean(),
});
export type SignInMethods = v.InferOutput<typeof SignInMethods>;

/** Answer of `GET /api/v1/auth/nonce`. */
export const Nonce = v.object({
  /** Goes into the message that the wallet signs (EIP-4361); works once. */
  nonce: v.string(),
  expiresAt: UnixMs,
  /** What else the message must name. */
  domains: v.array(v.string()),
  chainIds: v.array(v.number()),
});
export type Nonce = v.InferOutput<typeof Nonce>;

/** Answer of a sign-in, and of `GET /api/v1/auth/session`. */
export const Session = v.object({
  wallet: Wallet,
  /** When the session ends, Unix time in milliseconds. */
  expiresAt: UnixMs,
  /** A JWT for `Authorization: Bearer` and for the socket's handshake, for a session `as: 'bearer'`. */
  token: v.optional(v.string()),
  /** Whether the operator has named the wallet in ADMIN_WALLETS; left out where not. */
  admin: v.optional(v.boolean()),
  /** For the header `X-CSRF-Token` and for the socket's handshake, where the session is in a cookie. */
  csrfToken: v.optional(v.string()),
});
export type Session = v.InferOutput<typeof Session>;
