import * as v from 'valibot';
import { Id, Wallet } from './identifiers.ts';
import * as LIMITS from './limits.ts';
import { UnixMs } from './unix-ms.ts';

/** Bytes of a message: binary over the socket, base64 (RFC 4648, section 4) over HTTP. The server does not look inside. */
const binary = v.pipe(
  v.instance(Uint8Array, 'a body is binary'),
  v.check((bytes) => bytes.byteLength > 0, 'a body is not empty'),
);
const base64 = v.pipe(v.string(), v.nonEmpty('a body is not empty'), v.base64('a body is base64'));

/** Where a message stands in a mailbox: later ones have higher positions, with gaps. */
const Position = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const enqueue = {
  /** The wallet that the message is for. */
  to: Wallet,
  /** The message's name, of the sender's choice; a repeated one is answered as the first was and stored once. */
  id: Id,
  /**
   * The devices that the message is sealed for: all of the recipient's, and all others of the sender's. Where they are not those
   * that there are now, the answer is `devices_changed`. Where it is left out, nothing is checked, and the sender's other devices get
   * no copy.
   */
  keys: v.optional(v.pipe(v.array(Id), v.maxLength(2 * LIMITS.devicesMax))),
  /** Store it also where the other side could be reached by WebRTC. */
  force: v.optional(v.boolean()),
  /** How long it waits, seconds; the server's own limit where it is left out. */
  ttl: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
};

/** `relay:enqueue`: a message for the mailbox of a wallet. */
export const Enqueue = v.object({ ...enqueue, body: binary });
export type Enqueue = v.InferOutput<typeof Enqueue>;

/** Body of `POST /api/v1/relay/enqueue`. `keyId`: the device that sends. */
export const EnqueueRequest = v.object({ ...enqueue, keyId: v.optional(Id), body: base64 });
export type EnqueueRequest = v.InferOutput<typeof EnqueueRequest>;

/** A message that was stored, and synced to disk. */
export const Enqueued = v.object({
  id: Id,
  /** Whether the sender forced it. */
  forced: v.boolean(),
  /** Until when it waits, Unix time in milliseconds. */
  expiresAt: UnixMs,
});
export type Enqueued = v.InferOutput<typeof Enqueued>;

const mail = {
  position: Position,
  id: Id,
  /** Who sent it, from the sign-in. */
  from: Wallet,
  /** Whom it is for: the own wallet, or the other side where another device of the own wallet sent it. */
  to: Wallet,
  /** When the server stored it, Unix time in milliseconds. */
  at: UnixMs,
  forced: v.boolean(),
  expiresAt: UnixMs,
};

/** `relay:message`, and what `relay:pull` answers with: one message of the mailbox. */
export const Mail = v.object({ ...mail, body: v.instance(Uint8Array) });
export type Mail = v.InferOutput<typeof Mail>;

/** What `relay:pull` answers with where it is `packed`: the bodies stand in one, in the same order, each of its own `size` in bytes. */
export const PackedMail = v.object({
  messages: v.array(v.object({ ...mail, size: v.pipe(v.number(), v.integer(), v.minValue(1)) })),
  bodies: v.instance(Uint8Array),
});
export type PackedMail = v.InferOutput<typeof PackedMail>;

/** The same over HTTP. */
export const MailAnswer = v.object({ messages: v.array(v.object({ ...mail, body: base64 })), more: v.boolean() });
export type MailAnswer = v.InferOutput<typeof MailAnswer>;

/** `relay:pull`: the oldest messages that wait for this device, behind a position. Reading removes nothing. */
export const Pull = v.object({
  after: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  max: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LIMITS.pullMaxMessages))),
  /** All bodies in one attachment, of which Socket.IO's default parser takes only a few. */
  packed: v.optional(v.boolean()),
});
export type Pull = v.InferOutput<typeof Pull>;

const fromText = v.pipe(v.string(), v.digits(), v.transform(Number));

/** Query of `GET /api/v1/relay/pull`. `keyId`: the device that reads; left out by a wallet without devices. */
export const PullQuery = v.object({
  keyId: v.optional(Id),
  after: v.optional(v.pipe(fromText, v.safeInteger())),
  max: v.optional(v.pipe(fromText, v.minValue(1), v.maxValue(LIMITS.pullMaxMessages))),
});
export type PullQuery = v.InferOutput<typeof PullQuery>;

const positions = v.pipe(v.array(Position), v.minLength(1), v.maxLength(LIMITS.ackMaxPositions));

/** `relay:ack`: these messages reached the application on this device. What every device has acknowledged is removed. */
export const MailAck = v.object({ positions });
export type MailAck = v.InferOutput<typeof MailAck>;

/** Body of `POST /api/v1/relay/ack`. */
export const MailAckRequest = v.object({ keyId: v.optional(Id), positions });
export type MailAckRequest = v.InferOutput<typeof MailAckRequest>;

/** Answer to an acknowledgement. */
export const MailAcked = v.object({
  /** How many of them had waited for this device. */
  acked: v.number(),
  /** Whether messages wait that were not pushed; pull them. */
  more: v.boolean(),
});
export type MailAcked = v.InferOutput<typeof MailAcked>;
