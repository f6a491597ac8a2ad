import type { Frame, FrameHeader } from '@anypath/protocol';
import { type Cursor, type Inbox, type Incoming, resumed } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import type { Path, RtcTier, Via } from './path.ts';
import type { RoundTrip } from './round-trip.ts';
import type { RtcPhase } from './rtc-phase.ts';

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
  /** The other side's connected devices, the latest last. */
  readonly peerDevices: readonly string[];
  /** The device that this link talks to: the one heard last, or else the latest. */
  readonly peerDevice: string | undefined;
  readonly rtc: { readonly phase: RtcPhase; readonly tier: RtcTier; readonly failures: number };
  readonly outbox: Outbox;
  readonly inboxes: Readonly<Record<string, Inbox>>;
  readonly roundTrips: Readonly<Partial<Record<Via, RoundTrip>>>;
}

/** What may happen to a link. `nowMs` is the link's own clock. */
export type LinkEvent = { readonly nowMs: number } & (
  | { readonly type: 'socket'; readonly up: boolean }
  | { readonly type: 'presence'; readonly devices: readonly string[] }
  | {
      readonly type: 'send';
      readonly id: string;
      readonly body: Uint8Array;
      readonly text: boolean;
      readonly at: number;
    }
  | { readonly type: 'frame'; readonly via: Via; readonly fromDevice: string; readonly frame: Frame }
  | { readonly type: 'unreachable'; readonly device: string }
  | { readonly type: 'rtc'; readonly trigger: 'offered'; readonly fromDevice: string }
  | { readonly type: 'rtc'; readonly trigger: 'opened' | 'tier'; readonly tier: RtcTier }
  | { readonly type: 'rtc'; readonly trigger: 'failed' }
  | { readonly type: 'timer'; readonly name: TimerName }
  | { readonly type: 'close' }
);

/** `ack`: an acknowledgement is overdue. `rtc`: the phase of the upgrade is over. */
export type TimerName = 'ack' | 'rtc';

/** What the driver is to do. */
export type LinkEffect =
  | {
      readonly do: 'transmit';
      readonly via: Via;
      readonly toDevice: string;
      readonly header: FrameHeader;
      readonly body: Uint8Array;
    }
  | { readonly do: 'deliver'; readonly message: Incoming; readonly fromDevice: string }
  | { readonly do: 'remember'; readonly device: string; readonly cursor: Cursor }
  | { readonly do: 'delivered'; readonly id: string; readonly path: Path; readonly ms: number }
  | { readonly do: 'path'; readonly path: Path }
  | { readonly do: 'start-rtc'; readonly toDevice: string }
  | { readonly do: 'stop-rtc' }
  | { readonly do: 'goodbye'; readonly toDevice: string | undefined }
  | { readonly do: 'timer'; readonly name: TimerName; readonly ms: number | undefined };

/** What a link starts from. */
export function opened(options: {
  readonly epoch: string;
  readonly initiator: boolean;
  readonly rtcWanted: boolean;
  readonly cursors: Readonly<Record<string, Cursor>>;
}): LinkState {
  return {
    closed: false,
    rtcWanted: options.rtcWanted,
    initiator: options.initiator,
    peerClosed: false,
    socketUp: false,
    peerDevices: [],
    peerDevice: undefined,
    rtc: { phase: 'idle', tier: 'turn', failures: 0 },
    outbox: { epoch: options.epoch, nextSeq: 1, waiting: [] },
    inboxes: Object.fromEntries(Object.entries(options.cursors).map(([device, cursor]) => [device, resumed(cursor)])),
    roundTrips: {},
  };
}

/** Whether the live relay reaches the device that this link talks to. */
export const relayIsUp = (s: LinkState): boolean =>
  s.socketUp && s.peerDevice !== undefined && s.peerDevices.includes(s.peerDevice);

/** The path that messages take: an open channel first, then the relay, then a channel in doubt (better than nothing). */
export function pathOf(s: LinkState): Path {
  if (s.closed) return 'none';
  if (s.rtc.phase === 'open') return s.rtc.tier;
  if (relayIsUp(s)) return 'relay';
  return s.rtc.phase === 'doubted' ? s.rtc.tier : 'none';
}
