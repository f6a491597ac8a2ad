import * as v from 'valibot';
import { Readiness } from './http.ts';
import { PROVIDERS } from './ice.ts';
import { REPORTED_NETWORKS } from './report.ts';
import { UnixMs } from './unix-ms.ts';

const Count = v.pipe(v.number(), v.minValue(0));
const Column = v.array(Count);
/** `null` where there was nothing to measure. */
const SparseColumn = v.array(v.nullable(Count));

/**
 * What happened, minute by minute: columns of one length, the oldest first. The last entry is the minute that is not over yet. All of it
 * since the process started, and of this process alone.
 */
export const OpsHistory = v.object({
  /** When each ended, Unix time in milliseconds. */
  at: v.array(UnixMs),
  /** ICE requests that were answered, and those that were refused with `ice_unavailable`. */
  iceIssued: Column,
  iceRefused: Column,
  /** Connections that clients say opened, by the pair that carries them; each side tells by itself. */
  openedHost: Column,
  openedSrflx: Column,
  openedRelay: Column,
  /** Attempts that clients say failed. */
  failed: Column,
  /** Time to open, milliseconds: the median and the 95th percentile. */
  openP50Ms: SparseColumn,
  openP95Ms: SparseColumn,
  /** Requests and events that were refused, whatever the code, and answers with HTTP status 503. */
  refused: Column,
  unavailable: Column,
  /** At the end of the minute. */
  sockets: Column,
  mailMessages: Column,
  mailOldestSeconds: Column,
  /** The 99th percentile, milliseconds. */
  loopDelayMs: Column,
  /** Through TURN servers, as clients tell. */
  relayedBytes: Column,
});
export type OpsHistory = v.InferOutput<typeof OpsHistory>;

/** Query of `GET /api/v1/ops`. */
export const OpsQuery = v.object({
  /** Only the minutes that ended after it, Unix time in milliseconds. */
  since: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))),
});

/** Answer of `GET /api/v1/ops`: what the operator looks at who has no Grafana. */
export const OpsAnswer = v.object({
  version: v.string(),
  serverTime: UnixMs,
  startedAt: UnixMs,
  history: OpsHistory,
  /** Now, where that is more than the last entry of the history. */
  mailBytes: Count,
  readiness: Readiness,
  /** When the certificate of each `turns:` address and of PUBLIC_URL ends; `null` where it could not be read. */
  certificates: v.array(v.object({ url: v.string(), expiresAt: v.nullable(UnixMs) })),
  /** How connections went since the start, by class of network. */
  networks: v.array(
    v.object({ network: v.picklist([...REPORTED_NETWORKS, 'unknown']), direct: Count, turn: Count, failed: Count }),
  ),
  /** What was relayed since the start, and what that costs at RELAY_PRICE_PER_GB; `null` without a price. */
  relayed: v.array(
    v.object({ provider: v.picklist([...PROVIDERS, 'unknown']), bytes: Count, pricePerGb: v.nullable(Count) }),
  ),
  /** What was refused since the start, by error code, the most frequent first. */
  refusals: v.array(v.object({ code: v.string(), count: Count })),
});
export type OpsAnswer = v.InferOutput<typeof OpsAnswer>;
