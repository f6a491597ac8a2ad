import * as v from 'valibot';
import { Id, Wallet } from './identifiers.ts';
import { LIMITS } from './limits.ts';

const sdpText = v.pipe(v.string(), v.minLength(1), v.maxBytes(LIMITS.sdpMaxBytes));

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
    candidate: v.pipe(v.string(), v.maxBytes(LIMITS.candidateMaxBytes)),
    sdpMid: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(64)))),
    sdpMLineIndex: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)))),
    usernameFragment: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(256)))),
  }),
});

/** What a client sends. */
export type OfferSignal = v.InferOutput<typeof OfferSignal>;
export type AnswerSignal = v.InferOutput<typeof AnswerSignal>;
export type CandidateSignal = v.InferOutput<typeof CandidateSignal>;

/** The server stamps every forwarded event with its origin. */
export interface Origin {
  /** The wallet that sent it, from its sign-in. */
  readonly from: string;
  /** The device that sent it. */
  readonly fromDevice: string;
}
