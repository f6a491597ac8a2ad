import * as v from 'valibot';
import { Wallet } from './identifiers.ts';
import { LIMITS } from './limits.ts';

/** Unix time in whole milliseconds. */
export const UnixMs: v.GenericSchema<number> = v.pipe(v.number(), v.integer());

/** One entry for `new RTCPeerConnection({ iceServers })`. */
export const IceServer = v.object({
  urls: v.union([v.string(), v.array(v.string())]),
  username: v.optional(v.string()),
  credential: v.optional(v.string()),
});
export type IceServer = v.InferOutput<typeof IceServer>;

/** Who may issue TURN credentials, in the order in which they are preferred (SPEC S2.1). */
export const PROVIDERS = ['coturn', 'twilio', 'cloudflare', 'public'] as const;
/** Name of a provider. */
export type ProviderName = (typeof PROVIDERS)[number];

/** Answer of `GET /api/v1/rtc/ice` (SPEC S1.1). */
export const IceAnswer = v.object({
  iceServers: v.array(IceServer),
  /** Seconds that the credentials are valid from `serverTime` on. */
  ttl: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Who issued the TURN credentials; `stun` where only STUN can be offered. */
  provider: v.picklist([...PROVIDERS, 'stun']),
  /** The server's clock, Unix time in milliseconds. */
  serverTime: UnixMs,
  /** When the credentials end, Unix time in milliseconds: `serverTime + ttl * 1000`. */
  expiresAt: UnixMs,
});
export type IceAnswer = v.InferOutput<typeof IceAnswer>;

/** Query of `GET /api/v1/rtc/ice`. */
export const IceQuery = v.object({
  /** `link` also sends each server as a `Link` header, as WHIP does (RFC 9725, 4.6). */
  format: v.optional(v.picklist(['json', 'link'])),
});

/** Answer of `GET /_matrix/client/v3/voip/turnServer` (Matrix client-server API). Empty where no TURN is to be had. */
export const MatrixTurnServer = v.object({
  username: v.optional(v.string()),
  password: v.optional(v.string()),
  uris: v.optional(v.array(v.string())),
  /** Seconds. */
  ttl: v.optional(v.number()),
});
export type MatrixTurnServer = v.InferOutput<typeof MatrixTurnServer>;

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

/** Body of `POST /api/v1/auth/dev`: the development sign-in, on loopback only. */
export const DevSignIn = v.strictObject({ wallet: Wallet, as: v.optional(SessionKind) });
export type DevSignIn = v.InferOutput<typeof DevSignIn>;

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

/** Body of `POST /api/v1/auth/verify`: a signed EIP-4361 message. */
export const WalletSignIn = v.strictObject({
  message: v.pipe(v.string(), v.maxLength(LIMITS.walletMessageMaxLength)),
  /** 65 bytes, hexadecimal, after `0x` (EIP-191). */
  signature: v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{130}$/, 'a signature is 0x and 130 hexadecimal digits')),
  as: v.optional(SessionKind),
});
export type WalletSignIn = v.InferOutput<typeof WalletSignIn>;

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

/** Answer of `GET /healthz`. */
export const Health = v.object({ status: v.literal('ok'), version: v.string(), uptimeSeconds: v.number() });
export type Health = v.InferOutput<typeof Health>;

/** One STUN or TURN address, as the server's own probe finds it. */
export const UrlHealth = v.object({
  url: v.string(),
  state: v.picklist(['up', 'down', 'unknown']),
  /** Milliseconds from the first packet to an allocation, smoothed. */
  allocateMs: v.optional(v.number()),
  /** Why it is down: a code such as `timeout` or `unauthorized`. */
  reason: v.optional(v.string()),
  checkedAt: v.optional(UnixMs),
});
export type UrlHealth = v.InferOutput<typeof UrlHealth>;

/** Answer of `GET /readyz`. */
export const Readiness = v.object({
  /** `degraded` where something that is configured does not work; conversations go over the relay then. */
  status: v.picklist(['ready', 'degraded']),
  /** Who would issue credentials now; `none` where nobody can. */
  provider: v.picklist([...PROVIDERS, 'stun', 'none']),
  providers: v.array(
    v.object({
      name: v.picklist([...PROVIDERS, 'stun']),
      /** The circuit breaker: `open` while the provider is not asked. */
      breaker: v.picklist(['closed', 'open', 'half-open']),
      urls: v.array(UrlHealth),
    }),
  ),
});
export type Readiness = v.InferOutput<typeof Readiness>;

/** Body of every HTTP error. */
export const ErrorBody = v.object({ error: v.string(), message: v.string(), requestId: v.string() });
export type ErrorBody = v.InferOutput<typeof ErrorBody>;
