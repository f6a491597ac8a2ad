import * as v from 'valibot';
import { PROVIDERS } from './ice.ts';
import { Wallet } from './identifiers.ts';
import * as LIMITS from './limits.ts';
import { SessionKind } from './session.ts';
import { UnixMs } from './unix-ms.ts';

// Apart from what the SDK parses: a bundler takes a module whole.

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

/** Body of `POST /api/v1/auth/dev`: the development sign-in, on loopback only. */
export const DevSignIn = v.strictObject({ wallet: Wallet, as: v.optional(SessionKind) });
export type DevSignIn = v.InferOutput<typeof DevSignIn>;

/** Body of `POST /api/v1/auth/verify`: a signed EIP-4361 message. */
export const WalletSignIn = v.strictObject({
  message: v.pipe(v.string(), v.maxLength(LIMITS.walletMessageMaxLength)),
  /** 65 bytes, hexadecimal, after `0x` (EIP-191). */
  signature: v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{130}$/, 'a signature is 0x and 130 hexadecimal digits')),
  as: v.optional(SessionKind),
});
export type WalletSignIn = v.InferOutput<typeof WalletSignIn>;

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
