import * as v from 'valibot';
import { UnixMs } from './unix-ms.ts';

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
