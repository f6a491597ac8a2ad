import * as v from 'valibot';
import { Id, Wallet } from './identifiers.ts';
import * as LIMITS from './limits.ts';

const encoder = new TextEncoder();

/** At most so many bytes of UTF-8, of which a code unit takes three at most: what cannot have too many is not encoded to be counted. */
const atMostBytes = (max: number) =>
  v.check<string, string>(
    (text) => 3 * text.length <= max || encoder.encode(text).byteLength <= max,
    `it is over ${max} bytes`,
  );

const sdpText = v.pipe(v.string(), v.minLength(1), atMostBytes(LIMITS.sdpMaxBytes));

const address = {
  /** `[walletA, walletB].sort().join(':')`. */
  convId: v.pipe(v.string(), v.maxLength(2 * LIMITS.walletMaxLength + 1)),
  /** The wallet that the signal is for. */
  to: Wallet,
  /** Unique for each signal; a repeated one is answered as the first was and not forwarded again. */
  signalId: Id,
  /** One device of that wallet; all of its devices where it is left out. */
  toDevice: v.optional(Id),
  /** Names the connection attempt, so that a late candidate cannot reach a newer connection. */
  session: v.optional(Id),
};

/** `rtc:offer` (SPEC S4.2). */
export const OfferSignal = v.object({
  ...address,
  sdp: v.object({ type: v.literal('offer'), sdp: sdpText }),
});

/** `rtc:answer` (SPEC S4.2). */
export const AnswerSignal = v.object({
  ...address,
  sdp: v.object({ type: v.literal('answer'), sdp: sdpText }),
});

/** `rtc:candidate` (SPEC S4.2). An empty `candidate` string means end-of-candidates (RFC 8838, section 14). */
export const CandidateSignal = v.object({
  ...address,
  candidate: v.object({
    candidate: v.pipe(v.string(), atMostBytes(LIMITS.candidateMaxBytes)),
    sdpMid: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(64)))),
    sdpMLineIndex: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)))),
    usernameFragment: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(256)))),
  }),
});

/** `rtc:hangup`: ends a call, also one that still rings; then it reaches every device that rings. */
export const HangupSignal = v.object({
  ...address,
  /** Why, for the other side's application, such as `declined` or `busy`. */
  reason: v.optional(v.pipe(v.string(), v.maxLength(64))),
});

/** `signal`, the deprecated event (SPEC S4.7): the kind of signal is told by its field. */
export const LegacySignal = v.object({
  to: Wallet,
  convId: v.optional(address.convId),
  signalId: v.optional(Id),
  toDevice: v.optional(Id),
  sdp: v.optional(v.object({ type: v.picklist(['offer', 'answer']), sdp: sdpText })),
  candidate: v.optional(CandidateSignal.entries.candidate),
});

/** `rtc:taken`: another device of the same wallet has answered; this one stops ringing. */
export const RtcTaken = v.object({
  convId: address.convId,
  /** The offer that was answered. */
  signalId: Id,
  session: v.optional(Id),
  /** The device that answered. */
  byDevice: Id,
});
export type RtcTaken = v.InferOutput<typeof RtcTaken>;

/** What a client sends. */
export type OfferSignal = v.InferOutput<typeof OfferSignal>;
export type AnswerSignal = v.InferOutput<typeof AnswerSignal>;
export type HangupSignal = v.InferOutput<typeof HangupSignal>;
export type LegacySignal = v.InferOutput<typeof LegacySignal>;
export type CandidateSignal = v.InferOutput<typeof CandidateSignal>;

/** The server stamps every forwarded event with its origin. */
export interface Origin {
  /** The wallet that sent it, from its sign-in. */
  readonly from: string;
  /** The device that sent it. */
  readonly fromDevice: string;
}
