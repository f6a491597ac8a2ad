import type { AckHeader, DataHeader, ErrorCode, Frame, FrameHeader } from '@anypath/protocol';
import { type Arrival, type ArrivalPath, type Cursor, type Inbox, type Incoming, resumed } from './inbox.ts';
import { alive, type Liveness } from './liveness.ts';
import type { Outbox, Outgoing, Unsent } from './outbox.ts';
import type { Path, RtcTier, Via } from './path.ts';
import type { RoundTrip } from './round-trip.ts';
import type { Beside, RtcPhase } from './rtc-phase.ts';

/** All that a link knows. Plain data: no timer, socket or WebRTC object. */
export interface LinkState {
  readonly closed: boolean;
  /** Whether this side may use WebRTC at all. */
  readonly rtcWanted: boolean;
  /** Who opened the link makes the first offer after a loss; the other side waits a little. */
  readonly initiator: boolean;
  /** The other side closed its link; no connection is tried until one of the two says something again. */
  readonly peerClosed: boolean;
  readonly socketUp: boolean;
  /** Whether the mailbox may be used: who is online is known, and no refusal is waited out. */
  readonly mail: { readonly ready: boolean; readonly held: boolean; readonly refusals: number };
  /** The other side's connected devices, the latest last. */
  readonly peerDevices: readonly string[];
  /** The device that this link talks to: the one heard last, or else the latest. */
  readonly peerDevice: string | undefined;
  readonly rtc: {
    readonly phase: RtcPhase;
    readonly tier: RtcTier;
    readonly failures: number;
    /** When the latest attempt began, or that of the other side was due. */
    readonly begunMs: number;
    /** Why another connection is being made beside the channel that there is; none where none is. */
    readonly beside: Beside | undefined;
    readonly life: Liveness;
  };
  readonly outbox: Outbox;
  /** By the name of the stream. */
  readonly inboxes: Readonly<Record<string, Inbox>>;
  /** How long a silent channel is left alone at most, milliseconds: the network says (SPEC S3.5). */
  readonly keepaliveMs: number;
  /** Acknowledgements that did not come in time on this path, in a row. */
  readonly overdue: number;
  readonly roundTrips: Readonly<Partial<Record<Via, RoundTrip>>>;
}

/** What may happen to a link. `nowMs` is the link's own clock. */
export type LinkEvent = { readonly nowMs: number } & (
  | { readonly type: 'socket'; readonly up: boolean }
  | { readonly type: 'presence'; readonly devices: readonly string[] }
  /** Who is online is known after a connection: what cannot go live may go to the mailbox. */
  | { readonly type: 'settled' }
  /** What an earlier page of this device had received. */
  | { readonly type: 'resumed'; readonly cursors: readonly Cursor[] }
  | { readonly type: 'send'; readonly messages: readonly Unsent[] }
  | { readonly type: 'frame'; readonly via: Via; readonly fromDevice: string; readonly frame: Frame }
  /** From our mailbox; `own` where another device of ours sent it. */
  | { readonly type: 'mail'; readonly position: number; readonly own: boolean; readonly frame: Frame }
  /** The mailbox took a message, until a time (the server's clock, Unix milliseconds). */
  | { readonly type: 'kept'; readonly seq: number; readonly forced: boolean; readonly until: number }
  | { readonly type: 'refused'; readonly seq: number; readonly code: ErrorCode }
  /** The server's clock, to find what the mailbox has not kept any longer. */
  | { readonly type: 'clock'; readonly serverMs: number }
  /** The network may have changed. */
  | { readonly type: 'hint' }
  /** What travels beside the messages is not answered. */
  | { readonly type: 'doubt' }
  /** The network is of another class. */
  | { readonly type: 'network'; readonly keepaliveMs: number }
  /** The steps of the data channel are there from now on. */
  | { readonly type: 'equipped' }
  /** There are fresh credentials for TURN; those in use end soon. */
  | { readonly type: 'renewed' }
  /** The other side's keys have changed. */
  | { readonly type: 'keys' }
  | { readonly type: 'unreachable'; readonly device: string }
  | { readonly type: 'rtc'; readonly trigger: 'offered'; readonly fromDevice: string }
  /** `ready`: the connection that we offered beside the channel is open, and may take its place. */
  | { readonly type: 'rtc'; readonly trigger: 'opened' | 'ready' | 'tier'; readonly tier: RtcTier }
  /** `lost`: the channel is over, an attempt beside it goes on. `missed`: the other way round. `repeated`: our offer is with the other side now. */
  | { readonly type: 'rtc'; readonly trigger: 'failed' | 'lost' | 'missed' | 'repeated' }
  | { readonly type: 'timer'; readonly name: TimerName }
  | { readonly type: 'close' }
);

/** `ack`: an acknowledgement is overdue. `rtc`: the phase of the upgrade is over. `mail`: a refusal was waited out. `probe`: the channel was silent for long. */
export type TimerName = 'ack' | 'rtc' | 'mail' | 'probe';

/** What the driver is to do. */
export type LinkEffect =
  | {
      readonly do: 'transmit';
      readonly via: Via;
      readonly toDevice: string;
      readonly header: FrameHeader;
      readonly body: Uint8Array;
    }
  /** Remembers how far a stream came, hands messages over, and acknowledges, in this order. */
  | {
      readonly do: 'deliver';
      readonly cursor: Cursor;
      readonly messages: readonly Incoming[];
      /** Whether another device of ours sent them. */
      readonly own: boolean;
      /** Where to tell the sender how far we are. */
      readonly answer: Answer | undefined;
      /** What the mailbox may forget. */
      readonly positions: readonly number[];
    }
  | { readonly do: 'enqueue'; readonly header: DataHeader; readonly body: Uint8Array; readonly force: boolean }
  | { readonly do: 'queued'; readonly entry: Outgoing; readonly forced: boolean }
  | { readonly do: 'held'; readonly code: ErrorCode }
  | { readonly do: 'expired'; readonly entry: Outgoing }
  | { readonly do: 'delivered'; readonly entry: Outgoing; readonly path: ArrivalPath; readonly ms: number }
  /** What travels beside the messages goes again: the path that had it is gone. */
  | { readonly do: 'resend' }
  | { readonly do: 'path'; readonly path: Path }
  | { readonly do: 'start-rtc'; readonly toDevice: string }
  | { readonly do: 'stop-rtc' }
  /** Ends the channel; what is beside it takes its place. */
  | { readonly do: 'drop-rtc' }
  /** Ends what is beside the channel. */
  | { readonly do: 'drop-beside' }
  /** Asks the server whether it is there. */
  | { readonly do: 'check' }
  | { readonly do: 'goodbye'; readonly toDevice: string | undefined }
  | { readonly do: 'timer'; readonly name: TimerName; readonly ms: number | undefined };

/** An acknowledgement, and the way it takes: to the device that is talked to, or to the sender's mailbox. */
export interface Answer {
  readonly via: Arrival;
  readonly toDevice: string;
  readonly header: AckHeader;
}

/** SPEC S3.5. */
const KEEPALIVE_MS = 15_000;

/** What a link starts from. */
export function opened(options: {
  readonly epoch: string;
  readonly initiator: boolean;
  readonly rtcWanted: boolean;
  readonly keepaliveMs?: number;
}): LinkState {
  return {
    closed: false,
    rtcWanted: options.rtcWanted,
    initiator: options.initiator,
    peerClosed: false,
    socketUp: false,
    mail: { ready: false, held: false, refusals: 0 },
    peerDevices: [],
    peerDevice: undefined,
    rtc: {
      phase: 'idle',
      tier: 'turn',
      failures: 0,
      begunMs: Number.NEGATIVE_INFINITY,
      beside: undefined,
      life: alive(0),
    },
    outbox: { epoch: options.epoch, nextSeq: 1, waiting: [] },
    inboxes: {},
    keepaliveMs: options.keepaliveMs ?? KEEPALIVE_MS,
    overdue: 0,
    roundTrips: {},
  };
}

/** Goes on where an earlier page of this device stopped. */
export const resumedFrom = (s: LinkState, cursors: readonly Cursor[]): LinkState => ({
  ...s,
  inboxes: { ...Object.fromEntries(cursors.map((cursor) => [cursor.epoch, resumed(cursor)])), ...s.inboxes },
});

/** Whether the live relay reaches the device that this link talks to. */
export const relayIsUp = (s: LinkState): boolean =>
  s.socketUp && s.peerDevice !== undefined && s.peerDevices.includes(s.peerDevice);

/** The path that messages take: an open channel first, then the relay, a channel in doubt, and the mailbox. */
export function pathOf(s: LinkState): Path {
  if (s.closed) return 'none';
  if (s.rtc.phase === 'open') return s.rtc.tier;
  if (relayIsUp(s)) return 'relay';
  if (s.rtc.phase === 'doubted') return s.rtc.tier;
  return s.socketUp ? 'mailbox' : 'none';
}
