import * as v from 'valibot';
import type { ErrorCode } from './errors.ts';
import { Id, Wallet } from './identifiers.ts';
import type { PresenceUpdate } from './presence.ts';
import { RelayFrame } from './relay.ts';
import { AnswerSignal, CandidateSignal, OfferSignal, type Origin } from './signalling.ts';

/**
 * What a socket presents when it connects (`auth` of the Socket.IO handshake): a `token` where the server allows Bearer tokens;
 * without one, the session cookie counts, with its `csrfToken`.
 */
export const Handshake = v.object({
  token: v.optional(v.string()),
  csrfToken: v.optional(v.string()),
  /** The device: chosen by the client, the same across reloads. A newer socket of a device replaces the older. */
  deviceId: Id,
});
export type Handshake = v.InferOutput<typeof Handshake>;

/** Events that a client may send, with the schema of their payload. Anything else is `unknown_event`. */
export const CLIENT_EVENTS = {
  'rtc:offer': OfferSignal,
  'rtc:answer': AnswerSignal,
  'rtc:candidate': CandidateSignal,
  'relay:frame': RelayFrame,
} as const;

/** Name of an event that a client may send. */
export type ClientEvent = keyof typeof CLIENT_EVENTS;
/** The events that carry signals of a connection (SPEC S4.1). */
export type SignalEvent = Exclude<ClientEvent, 'relay:frame'>;
/** Payload of an event that a client may send. */
export type ClientPayload<E extends ClientEvent> = v.InferOutput<(typeof CLIENT_EVENTS)[E]>;
/** The same as the recipient gets it. */
export type Forwarded<E extends ClientEvent> = ClientPayload<E> & Origin;

/** Answer to an event: the acknowledgement callback, or the event `rtc:error` for a client without callbacks. */
export type Answer = { readonly ok: true } | Failure;

/** A refused event. */
export interface Failure {
  readonly ok: false;
  readonly error: ErrorCode;
  readonly message: string;
}

/** `rtc:error`: what a client without acknowledgement callbacks gets instead. */
export interface RtcError extends Failure {
  /** The event that was refused. */
  readonly event: string;
  /** The signal that was refused, where it had one. */
  readonly signalId?: string;
}

/** `session:start`: the first event on every connection. */
export const SessionStart = v.object({
  /** The wallet of the sign-in. */
  wallet: Wallet,
  /** The server's clock, Unix time in milliseconds. */
  serverTime: v.number(),
});
export type SessionStart = v.InferOutput<typeof SessionStart>;

/** `session:end`: why the server is about to close the connection. */
export interface SessionEnd {
  readonly error: ErrorCode;
  readonly message: string;
}

/** Socket.IO's type for what clients send. */
export type ClientToServer = {
  [E in ClientEvent]: (payload: ClientPayload<E>, answer?: (result: Answer) => void) => void;
};

/** Socket.IO's type for what the server sends. */
export type ServerToClient = { [E in ClientEvent]: (payload: Forwarded<E>) => void } & {
  'presence:update': (update: PresenceUpdate) => void;
  'rtc:error': (error: RtcError) => void;
  'session:start': (start: SessionStart) => void;
  'session:end': (end: SessionEnd) => void;
};
