import type { RtcStats } from '../rtc/rtc-stats.ts';
import type { ArrivalPath } from './inbox.ts';
import type { Path, Via } from './path.ts';
import { type LinkState, pathOf } from './state.ts';
import type { PathTraffic, Traffic } from './traffic.ts';

/** How a link does, at one moment. Nothing in it names a person, an address, a message or a key. */
export interface LinkStats {
  /** The path that carries messages now. */
  readonly path: Path;
  /**
   * The smoothed round trip of messages and their acknowledgements (RFC 6298), milliseconds: over the data channel and over the
   * live relay, where anything was measured.
   */
  readonly roundTripMs: Readonly<Partial<Record<Via, number>>>;
  /** What of all that was sent live had to be sent again, from 0 to 1. */
  readonly loss: number;
  /** Messages and bytes by path. */
  readonly traffic: Readonly<Record<ArrivalPath, PathTraffic>>;
  /** Messages of ours, or parts of long ones, that the other side has not acknowledged. */
  readonly waiting: number;
  /** The WebRTC connection, or the attempt to make one, where there is one. */
  readonly rtc?: RtcStats;
}

/** What is shown of a link. */
export function statsOf(state: LinkState, traffic: Traffic, rtc: RtcStats | undefined): LinkStats {
  const counts = traffic.counts();
  const live = [counts.direct, counts.turn, counts.relay];
  const sent = live.reduce((sum, path) => sum + path.sent, 0);
  const resent = live.reduce((sum, path) => sum + path.resent, 0);
  const roundTrips = Object.entries(state.roundTrips).map(([via, { smoothedMs }]) => [via, smoothedMs] as const);
  return {
    path: pathOf(state),
    roundTripMs: Object.fromEntries(roundTrips),
    loss: sent === 0 ? 0 : resent / sent,
    traffic: counts,
    waiting: state.outbox.waiting.length,
    ...(rtc && { rtc }),
  };
}
