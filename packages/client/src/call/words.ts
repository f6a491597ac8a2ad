import { LIMITS } from '@anypath/protocol';
import * as v from 'valibot';

const Session = v.object({
  /** Counts the connections of a call, from 1. */
  number: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** The device that began it. */
  by: v.string(),
});

/** Which connection of a call is meant. */
export type Session = v.InferOutput<typeof Session>;

/** Body of `ring`: what the caller wants to send, and for how long it rings, milliseconds. */
export const RingBody = v.object({
  audio: v.boolean(),
  video: v.boolean(),
  ringMs: v.pipe(v.number(), v.minValue(0), v.maxValue(600_000)),
});

/** Body of `hangup`: the code of an error, or `gone` where the page knows nothing of the call. */
export const HangupBody = v.object({ error: v.optional(v.string()), gone: v.optional(v.boolean()) });

/** Body of `describe`. */
export const DescribeBody = v.object({
  session: Session,
  type: v.picklist(['offer', 'answer']),
  sdp: v.pipe(v.string(), v.maxLength(LIMITS.sdpMaxBytes)),
  /** Fingerprints of the certificate, `algorithm value`; they come from the certificate and not from the SDP. */
  fingerprints: v.pipe(v.array(v.string()), v.maxLength(8)),
});
export type DescribeBody = v.InferOutput<typeof DescribeBody>;

/** Body of `candidate`. */
export const CandidateBody = v.object({
  session: Session,
  candidate: v.object({
    candidate: v.pipe(v.string(), v.maxLength(LIMITS.candidateMaxBytes)),
    sdpMid: v.exactOptional(v.nullable(v.string())),
    sdpMLineIndex: v.exactOptional(v.nullable(v.number())),
    usernameFragment: v.exactOptional(v.nullable(v.string())),
  }),
});

/** Body of `muted`. */
export const MutedBody = v.object({ kind: v.picklist(['audio', 'video']), muted: v.boolean() });

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Encodes the body of a word. */
export const encodeWord = (body: unknown): Uint8Array => encoder.encode(JSON.stringify(body ?? {}));

/** Decodes the body of a word; `undefined` for one that is not of that shape. */
export function decodeWord<S extends v.GenericSchema>(schema: S, bytes: Uint8Array): v.InferOutput<S> | undefined {
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(decoder.decode(bytes)));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
