import type { Forwarded, Mail, RtcTaken, SignalEvent } from '@anypath/protocol';
import { decode, encode } from '@msgpack/msgpack';
import type { Change, Join, NodeId } from './directory.ts';
import type { DeviceRef, Notice, Obstacle, Parcel } from './port.ts';

/**
 * The first element of every message. Elements may be added at the end of a message, and kinds of messages, without a new version:
 * an older node overlooks them. Anything else needs a new one, and nodes that understand both for one release.
 */
const VERSION = 1;

/** What nodes tell each other about who is online. */
export type Gossip =
  /** A node begins. It wants to know what the others have. */
  | { readonly kind: 'hello' }
  /** A sign of life. @see Peers for `seq` and `count` */
  | { readonly kind: 'beat'; readonly seq: number; readonly count: number; readonly clock: number }
  | { readonly kind: 'changes'; readonly seq: number; readonly changes: readonly Change[] }
  /** A request for a snapshot. */
  | { readonly kind: 'ask' }
  /** A part of everything that a node has. */
  | {
      readonly kind: 'snapshot';
      readonly seq: number;
      readonly part: number;
      readonly parts: number;
      readonly joins: readonly Join[];
    }
  /** A node ends. */
  | { readonly kind: 'bye' };

/** A parcel on its way. */
export interface Sent {
  /** Names it for its answer. */
  readonly id: number;
  readonly to: DeviceRef;
  readonly parcel: Parcel;
}

/** What became of a parcel. */
export interface Answered {
  readonly id: number;
  readonly obstacle: Obstacle;
}

/** A notice on its way. */
export interface Noticed {
  readonly wallet: string;
  readonly notice: Notice;
}

/** What one node has for another one at one time. */
export interface Post {
  readonly kind: 'post';
  readonly parcels: readonly Sent[];
  readonly answers: readonly Answered[];
  readonly notices: readonly Noticed[];
}

/** Anything that nodes send. */
export type Message = Gossip | Post;

/** A message as it was received. */
export interface Received {
  readonly from: NodeId;
  /** When it was sent, by the sender's monotonic clock, milliseconds. */
  readonly sentMs: number;
  readonly message: Message;
}

const KINDS = ['hello', 'beat', 'changes', 'ask', 'snapshot', 'bye', 'post'] as const;
const PARCELS = ['signal', 'taken', 'frame'] as const;
const OBSTACLES = [undefined, 'offline', 'busy'] as const;
const LEFT = 0;
const LEFT_FOR_GOOD = 1;
const JOINED = 2;
const JOINED_WITH_RTC = 3;

/** Who sends a message, and when. */
export interface Sender {
  readonly from: NodeId;
  readonly nowMs: number;
}

/** The bytes of a message. */
export function encodeMessage({ from, nowMs }: Sender, message: Message): Uint8Array {
  const head = [VERSION, from, Math.round(nowMs), KINDS.indexOf(message.kind)];
  return encode([...head, ...fieldsOf(message)], { ignoreUndefined: true });
}

/**
 * Reads a message.
 *
 * @returns what it says; `undefined` for a kind that this version does not know
 * @throws Error where it is not a message, or one of another version
 */
export function decodeMessage(bytes: Uint8Array): Received | undefined {
  const raw = decode(bytes);
  if (!Array.isArray(raw) || raw[0] !== VERSION) throw new Error('not a message of this version');
  const [, from, sentMs, kind, ...fields] = raw as [number, string, number, number, ...unknown[]];
  const message = messageOf(KINDS[kind], fields);
  return message && { from, sentMs, message };
}

function fieldsOf(message: Message): unknown[] {
  switch (message.kind) {
    case 'beat':
      return [message.seq, message.count, message.clock];
    case 'changes':
      return [message.seq, message.changes.map(rawChange)];
    case 'snapshot':
      return [message.seq, message.part, message.parts, message.joins.map(rawChange)];
    case 'post':
      return [message.parcels.map(rawParcel), message.answers.map(rawAnswer), message.notices.map(rawNotice)];
    case 'hello':
    case 'ask':
    case 'bye':
      return [];
  }
}

function messageOf(kind: (typeof KINDS)[number] | undefined, fields: unknown[]): Message | undefined {
  switch (kind) {
    case 'beat': {
      const [seq, count, clock] = fields as [number, number, number];
      return { kind, seq, count, clock };
    }
    case 'changes': {
      const [seq, changes] = fields as [number, RawChange[]];
      return { kind, seq, changes: changes.map(changeOf) };
    }
    case 'snapshot': {
      const [seq, part, parts, joins] = fields as [number, number, number, RawChange[]];
      return { kind, seq, part, parts, joins: joins.map(changeOf).filter((change) => change.kind === 'join') };
    }
    case 'post': {
      const [parcels, answers, notices] = fields as [RawParcel[], RawAnswer[], RawNotice[]];
      return {
        kind,
        parcels: parcels.map(parcelOf).filter((sent) => sent !== undefined),
        answers: answers.map(([id, obstacle]) => ({ id, obstacle: OBSTACLES[obstacle] })),
        notices: notices.map(noticeOf).filter((noticed) => noticed !== undefined),
      };
    }
    case 'hello':
    case 'ask':
    case 'bye':
      return { kind };
    case undefined:
      return undefined;
  }
}

type RawChange = readonly [wallet: string, deviceId: string, clock: number, state: number];

function rawChange(change: Change): RawChange {
  const { wallet, deviceId, clock } = change;
  if (change.kind === 'join') return [wallet, deviceId, clock, change.rtc ? JOINED_WITH_RTC : JOINED];
  return [wallet, deviceId, clock, change.goodbye ? LEFT_FOR_GOOD : LEFT];
}

function changeOf([wallet, deviceId, clock, state]: RawChange): Change {
  if (state >= JOINED) return { kind: 'join', wallet, deviceId, clock, rtc: state === JOINED_WITH_RTC };
  return { kind: 'leave', wallet, deviceId, clock, goodbye: state === LEFT_FOR_GOOD };
}

type RawParcel = readonly [id: number, wallet: string, deviceId: string, kind: number, ...fields: unknown[]];

function rawParcel({ id, to, parcel }: Sent): RawParcel {
  return [id, to.wallet, to.deviceId, PARCELS.indexOf(parcel.kind), ...fieldsOfParcel(parcel)];
}

function fieldsOfParcel(parcel: Parcel): unknown[] {
  switch (parcel.kind) {
    case 'signal':
      return [parcel.event, parcel.signal];
    case 'taken':
      return [parcel.taken];
    case 'frame':
      return [parcel.frame.frame, parcel.from.wallet, parcel.from.deviceId];
  }
}

function parcelOf([id, wallet, deviceId, kind, ...fields]: RawParcel): Sent | undefined {
  const to = { wallet, deviceId };
  const parcel = parcelFrom(PARCELS[kind], to, fields);
  return parcel && { id, to, parcel };
}

function parcelFrom(kind: Parcel['kind'] | undefined, to: DeviceRef, fields: unknown[]): Parcel | undefined {
  switch (kind) {
    case 'signal': {
      const [event, signal] = fields as [SignalEvent, Forwarded<SignalEvent>];
      return { kind, event, signal };
    }
    case 'taken':
      return { kind, taken: fields[0] as RtcTaken };
    case 'frame': {
      const [bytes, wallet, deviceId] = fields as [Uint8Array, string, string];
      // What was received stands in a buffer of its own, which TypeScript cannot know.
      const frame = { to: to.wallet, toDevice: to.deviceId, frame: bytes as Uint8Array<ArrayBuffer> };
      return { kind, frame, from: { wallet, deviceId } };
    }
    case undefined:
      return undefined;
  }
}

type RawAnswer = readonly [id: number, obstacle: number];

const rawAnswer = ({ id, obstacle }: Answered): RawAnswer => [id, OBSTACLES.indexOf(obstacle)];

/** MessagePack has no `undefined` inside a list, so that the wallet itself is null there. */
type RawKey = string | null;
type RawNotice = readonly [wallet: string, kind: number, keys: readonly RawKey[], what: Mail | readonly number[]];

const ARRIVAL = 0;
const ACKNOWLEDGED = 1;
const MISSED = 2;

function rawNotice({ wallet, notice }: Noticed): RawNotice {
  if (notice.kind === 'missed') return [wallet, MISSED, [], []];
  if (notice.kind === 'arrival') return [wallet, ARRIVAL, notice.keyIds.map((keyId) => keyId ?? null), notice.mail];
  return [wallet, ACKNOWLEDGED, [notice.keyId ?? null], notice.positions];
}

function noticeOf([wallet, kind, keys, what]: RawNotice): Noticed | undefined {
  const keyIds = keys.map((keyId) => keyId ?? undefined);
  if (kind === ARRIVAL) return { wallet, notice: { kind: 'arrival', keyIds, mail: what as Mail } };
  if (kind === MISSED) return { wallet, notice: { kind: 'missed' } };
  if (kind !== ACKNOWLEDGED) return undefined;
  return { wallet, notice: { kind: 'acknowledged', keyId: keyIds[0], positions: what as readonly number[] } };
}
