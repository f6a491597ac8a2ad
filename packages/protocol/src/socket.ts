import * as v from 'valibot';
import { ContactsChange, ContactsQuery } from './contact-requests.ts';
import { ContactUpdate } from './contacts.ts';
import { DeviceRegistration, DeviceRename, DeviceRevocation, DevicesQuery } from './device-requests.ts';
import { DeviceList } from './devices.ts';
import { ERRORS, type ErrorCode } from './errors.ts';
import { Id, Wallet } from './identifiers.ts';
import { Enqueue, Mail, MailAck, Pull } from './mailbox.ts';
import { PresenceUpdate } from './presence.ts';
import { RelayFrame } from './relay.ts';
import { RtcReport } from './report.ts';
import {
  AnswerSignal,
  CandidateSignal,
  HangupSignal,
  LegacySignal,
  OfferSignal,
  type Origin,
  RtcTaken,
} from './signalling.ts';

/**
 * What a socket presents when it connects (`auth` of the Socket.IO handshake): a `token` where the server allows Bearer tokens;
 * without one, the session cookie counts, with its `csrfToken`.
 */
export const Handshake = v.object({
  token: v.optional(v.string()),
  csrfToken: v.optional(v.string()),
  /** The device: chosen by the client, the same across reloads. A newer socket of a device replaces the older. */
  deviceId: Id,
  /** `false` where the device cannot use WebRTC, or its user does not want it: signals do not reach it. */
  rtc: v.optional(v.boolean()),
  /** `false` for a client that does not need the deprecated events. */
  legacy: v.optional(v.boolean()),
});
export type Handshake = v.InferOutput<typeof Handshake>;

/** `session:check`: whether the server is there; answered at once. */
export const SessionCheck = v.object({});
export type SessionCheck = v.InferOutput<typeof SessionCheck>;

/** Events that a client may send, with the schema of their payload. Anything else is `unknown_event`. */
export const CLIENT_EVENTS = {
  'session:check': SessionCheck,
  'rtc:offer': OfferSignal,
  'rtc:answer': AnswerSignal,
  'rtc:candidate': CandidateSignal,
  'rtc:hangup': HangupSignal,
  'rtc:report': RtcReport,
  'relay:frame': RelayFrame,
  'contacts:list': ContactsQuery,
  'contacts:change': ContactsChange,
  'devices:register': DeviceRegistration,
  'devices:list': DevicesQuery,
  'devices:rename': DeviceRename,
  'devices:revoke': DeviceRevocation,
  'relay:enqueue': Enqueue,
  'relay:pull': Pull,
  'relay:ack': MailAck,
  signal: LegacySignal,
} as const;

/** Name of an event that a client may send. */
export type ClientEvent = keyof typeof CLIENT_EVENTS;
/** The events that carry signals of a connection (SPEC S4.1), and its end. */
export type SignalEvent = Exclude<Extract<ClientEvent, `rtc:${string}`>, 'rtc:report'>;
/** The events that one client sends and another gets. */
export type ForwardedEvent = SignalEvent | 'relay:frame' | 'signal';
/** Payload of an event that a client may send. */
export type ClientPayload<E extends ClientEvent> = v.InferOutput<(typeof CLIENT_EVENTS)[E]>;
/** The same as the recipient gets it. */
export type Forwarded<E extends ClientEvent> = ClientPayload<E> & Origin;

/** A frame of the live relay as its device gets it. `behind`: older messages wait in the mailbox, and are not pushed. */
export type ForwardedFrame = Forwarded<'relay:frame'> & { readonly behind?: true };

/** Answer to an event: the acknowledgement callback, or the event `rtc:error` for a client without callbacks. */
export type Answer = Success | Failure;

/** An accepted event, with what was asked for. */
export interface Success {
  readonly ok: true;
  readonly [field: string]: unknown;
}

const errorCode = v.picklist(Object.keys(ERRORS) as ErrorCode[]);
const refusal = { ok: v.literal(false), error: errorCode, message: v.string() };

/** A refused event. */
export const Failure = v.pipe(v.object(refusal), v.readonly());
export type Failure = v.InferOutput<typeof Failure>;

/** `rtc:error`: what a client without acknowledgement callbacks gets instead. */
export const RtcError = v.pipe(
  v.object({
    ...refusal,
    /** The event that was refused. */
    event: v.string(),
    /** The signal that was refused, where it had one. */
    signalId: v.exactOptional(v.string()),
  }),
  v.readonly(),
);
export type RtcError = v.InferOutput<typeof RtcError>;

/** `session:start`: the first event on every connection. */
export const SessionStart = v.object({
  /** The wallet of the sign-in. */
  wallet: Wallet,
  /** The server's clock, Unix time in milliseconds. */
  serverTime: v.number(),
});
export type SessionStart = v.InferOutput<typeof SessionStart>;

/** Presence as older clients know it (SPEC S4.7): `presence`, `user_connected`, `user_disconnected`. */
export const LegacyPresence = v.pipe(
  v.object({
    wallet: v.string(),
    online: v.boolean(),
    /** What to use instead. */
    deprecated: v.string(),
  }),
  v.readonly(),
);
export type LegacyPresence = v.InferOutput<typeof LegacyPresence>;

/** `deprecation`: told once to a client that uses a deprecated event. */
export const Deprecation = v.pipe(v.object({ event: v.string(), instead: v.string() }), v.readonly());
export type Deprecation = v.InferOutput<typeof Deprecation>;

/** `session:end`: why the server is about to close the connection. */
export const SessionEnd = v.pipe(v.object({ error: errorCode, message: v.string() }), v.readonly());
export type SessionEnd = v.InferOutput<typeof SessionEnd>;

const origin = { from: Wallet, fromDevice: Id } satisfies Record<keyof Origin, v.GenericSchema<string>>;

/** Events that the server sends, with the schema of their payload. A client ignores any other. */
export const SERVER_EVENTS = {
  'session:start': SessionStart,
  'session:end': SessionEnd,
  'presence:update': PresenceUpdate,
  'contacts:update': ContactUpdate,
  'devices:update': DeviceList,
  'relay:message': Mail,
  'rtc:offer': v.object({ ...OfferSignal.entries, ...origin }),
  'rtc:answer': v.object({ ...AnswerSignal.entries, ...origin }),
  'rtc:candidate': v.object({ ...CandidateSignal.entries, ...origin }),
  'rtc:hangup': v.object({ ...HangupSignal.entries, ...origin }),
  'rtc:taken': RtcTaken,
  'rtc:error': RtcError,
  'relay:frame': v.object({ ...RelayFrame.entries, ...origin, behind: v.optional(v.literal(true)) }),
  signal: v.object({ ...LegacySignal.entries, ...origin }),
  deprecation: Deprecation,
  presence: LegacyPresence,
  user_connected: LegacyPresence,
  user_disconnected: LegacyPresence,
} as const;

/** Name of an event that the server sends. */
export type ServerEvent = keyof typeof SERVER_EVENTS;

/** Socket.IO's type for what clients send. */
export type ClientToServer = {
  [E in ClientEvent]: (payload: ClientPayload<E>, answer?: (result: Answer) => void) => void;
};

/** Socket.IO's type for what the server sends. */
export type ServerToClient = { [E in Exclude<ForwardedEvent, 'relay:frame'>]: (payload: Forwarded<E>) => void } & {
  'relay:frame': (frame: ForwardedFrame) => void;
  'presence:update': (update: PresenceUpdate) => void;
  'contacts:update': (update: ContactUpdate) => void;
  'devices:update': (update: DeviceList) => void;
  'relay:message': (mail: Mail) => void;
  'rtc:taken': (taken: RtcTaken) => void;
  deprecation: (deprecation: Deprecation) => void;
  presence: (presence: LegacyPresence) => void;
  user_connected: (presence: LegacyPresence) => void;
  user_disconnected: (presence: LegacyPresence) => void;
  'rtc:error': (error: RtcError) => void;
  'session:start': (start: SessionStart) => void;
  'session:end': (end: SessionEnd) => void;
};
