import * as v from 'valibot';
import { Wallet } from './identifiers.ts';

const unixMs = v.pipe(v.number(), v.integer());

/** One entry for `new RTCPeerConnection({ iceServers })`. */
export const IceServer = v.object({
  urls: v.union([v.string(), v.array(v.string())]),
  username: v.optional(v.string()),
  credential: v.optional(v.string()),
});
export type IceServer = v.InferOutput<typeof IceServer>;

/** Answer of `GET /api/v1/rtc/ice` (SPEC S1.1). */
export const IceAnswer = v.object({
  iceServers: v.array(IceServer),
  /** Seconds that the credentials are valid from `serverTime` on. */
  ttl: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Who issued the TURN credentials; `stun` where there are none. */
  provider: v.picklist(['coturn', 'stun']),
  /** The server's clock, Unix time in milliseconds. */
  serverTime: unixMs,
  /** When the credentials end, Unix time in milliseconds: `serverTime + ttl * 1000`. */
  expiresAt: unixMs,
});
export type IceAnswer = v.InferOutput<typeof IceAnswer>;

/** Body of `POST /api/v1/auth/dev`: the development sign-in, on loopback only. */
export const DevSignIn = v.strictObject({ wallet: Wallet });
export type DevSignIn = v.InferOutput<typeof DevSignIn>;

/** Answer of a sign-in. */
export const Session = v.object({
  wallet: Wallet,
  /** A JWT for `Authorization: Bearer` and for the socket's handshake. */
  token: v.string(),
  /** Unix time in milliseconds. */
  expiresAt: unixMs,
});
export type Session = v.InferOutput<typeof Session>;

/** Answer of `GET /healthz`. */
export const Health = v.object({ status: v.literal('ok'), version: v.string(), uptimeSeconds: v.number() });
export type Health = v.InferOutput<typeof Health>;

/** Body of every HTTP error. */
export const ErrorBody = v.object({ error: v.string(), message: v.string(), requestId: v.string() });
export type ErrorBody = v.InferOutput<typeof ErrorBody>;

/** A route: method, path, the older paths that answer the same (SPEC S1.2), and what it is for. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly aliases: readonly string[];
  readonly doc: string;
}

/** Every HTTP route of the server. */
export const ROUTES = {
  ice: {
    method: 'GET',
    path: '/api/v1/rtc/ice',
    aliases: ['/api/rtc/ice', '/api/rtc/v1/ice', '/api/ice'],
    doc: 'ICE servers with short-lived credentials for the signed-in wallet.',
  },
  devSignIn: {
    method: 'POST',
    path: '/api/v1/auth/dev',
    aliases: [],
    doc: 'Development sign-in: any wallet, no proof. Served on loopback only.',
  },
  health: { method: 'GET', path: '/healthz', aliases: [], doc: 'Whether the process serves.' },
} as const satisfies Record<string, Route>;
