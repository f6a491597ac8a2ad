import * as v from 'valibot';
import { PROVIDERS } from './ice.ts';

/** The kinds of candidates (RFC 8445, section 5.1.1). */
export const CandidateType = v.picklist(['host', 'srflx', 'prflx', 'relay']);
export type CandidateType = v.InferOutput<typeof CandidateType>;

const kind = {
  type: CandidateType,
  protocol: v.picklist(['udp', 'tcp']),
  /** How the TURN server is reached, for a relay candidate of one's own. */
  relayProtocol: v.exactOptional(v.picklist(['udp', 'tcp', 'tls'])),
};

/** One end of the pair that carries a connection. */
export const CandidateKind = v.pipe(v.strictObject(kind), v.readonly());
export type CandidateKind = v.InferOutput<typeof CandidateKind>;

/** How many candidates of one kind there were. */
export const CandidateCount = v.pipe(
  v.strictObject({ ...kind, count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)) }),
  v.readonly(),
);
export type CandidateCount = v.InferOutput<typeof CandidateCount>;

/**
 * Why an attempt ended before it opened. `no_answer`: nothing came back; `no_pair`: no pair of candidates works; `no_dtls`: a pair
 * works, and the handshake on it failed; `no_channel`: all but the data channel works; `signalling`: a description was refused by
 * the browser or by the server.
 */
export const FAILURES = ['no_answer', 'no_pair', 'no_dtls', 'no_channel', 'signalling'] as const;
/** Why an attempt ended before it opened. */
export type RtcFailure = (typeof FAILURES)[number];

/** Families of browsers, as far as they matter to WebRTC. */
export const BROWSERS = ['chromium', 'firefox', 'safari', 'other'] as const;
/** A family of browsers. */
export type BrowserFamily = (typeof BROWSERS)[number];

/** Classes of networks as clients tell them apart (SPEC S3.2); `home` also where nothing is known yet. */
export const REPORTED_NETWORKS = ['home', 'mobile', 'corporate', 'ultra'] as const;
/** A class of network. */
export type ReportedNetwork = (typeof REPORTED_NETWORKS)[number];

/** What a connection carries between two reports, at most: a minute at 64 Gbit/s and more. */
const RELAYED_MAX_BYTES = 1e12;
const Bytes = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(RELAYED_MAX_BYTES));
const Ms = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3_600_000));
const Counts = v.pipe(v.array(CandidateCount), v.maxLength(16), v.readonly());

/**
 * How one attempt to connect went, as one side saw it: body of `POST /api/v1/rtc/report`, and payload of `rtc:report`. It has no
 * addresses, and says nothing about the other side.
 */
export const RtcReport = v.pipe(
  v.strictObject({
    /**
     * `abandoned`: nobody waited for it any more, such as where a newer one took its place. `carried`: one that has opened goes
     * over a TURN server of ours, and this much was relayed since its last report; every minute, and at its end.
     */
    outcome: v.picklist(['opened', 'failed', 'abandoned', 'carried']),
    role: v.picklist(['offer', 'answer']),
    browser: v.picklist(BROWSERS),
    /** Milliseconds from its beginning until it opened or ended; with `carried`, until now. */
    ms: Ms,
    /** With `failed`. */
    reason: v.exactOptional(v.picklist(FAILURES)),
    /** With `opened`: whether a TURN server stands between the two. */
    tier: v.exactOptional(v.picklist(['direct', 'turn'])),
    /** With `opened`: the two ends of the pair that carries it, where the browser told. */
    pair: v.exactOptional(v.pipe(v.strictObject({ local: CandidateKind, remote: CandidateKind }), v.readonly())),
    /** The class of the network that this side is in, as far as it can tell. */
    network: v.exactOptional(v.picklist(REPORTED_NETWORKS)),
    /** Who issued the TURN credentials that this side has. */
    provider: v.exactOptional(v.picklist(PROVIDERS)),
    /** With `carried`: what this side sent and received through its own TURN allocation. The other side tells of its own. */
    sentBytes: v.exactOptional(Bytes),
    receivedBytes: v.exactOptional(Bytes),
    /** What either side had to offer; nothing with `carried`. */
    candidates: v.pipe(v.strictObject({ local: Counts, remote: Counts }), v.readonly()),
  }),
  v.readonly(),
);
export type RtcReport = v.InferOutput<typeof RtcReport>;
