/**
 * Where the upgrade to WebRTC stands.
 *
 * - `idle`: nobody tries; the relay to the other side is down, or WebRTC is not wanted
 * - `trying`: an offer is out or was answered
 * - `waiting`: an attempt failed, or the other side has the first move; the next starts when the timer expires
 * - `open`: the data channel carries messages
 * - `doubted`: acknowledgements stopped; messages go over the relay until the channel is heard again, or another is open that is
 *   made beside it
 */
export type RtcPhase = 'idle' | 'trying' | 'waiting' | 'open' | 'doubted';

/**
 * What may happen to it. `failed` is an attempt that ended and a channel that closed alike; `lost` is a channel that is over while
 * an attempt beside it goes on.
 */
export type RtcTrigger =
  | 'start'
  | 'yield'
  | 'offered'
  | 'opened'
  | 'failed'
  | 'lost'
  | 'stalled'
  | 'heard'
  | 'expired'
  | 'halt';

/** What another connection is made for while there is one: in place of one in doubt, or with credentials that are fresh. */
export type Beside = 'spare' | 'renewal';

/** The next phase for each trigger; a trigger that is not listed changes nothing. The diagram in the docs is made from it. */
export const RTC_TABLE: Readonly<Record<RtcPhase, Readonly<Partial<Record<RtcTrigger, RtcPhase>>>>> = {
  idle: { start: 'trying', yield: 'waiting', offered: 'trying' },
  trying: { start: 'trying', offered: 'trying', opened: 'open', failed: 'waiting', expired: 'waiting' },
  waiting: { start: 'trying', offered: 'trying', expired: 'trying', halt: 'idle' },
  open: { offered: 'doubted', opened: 'open', stalled: 'doubted', failed: 'idle', lost: 'trying' },
  doubted: { offered: 'doubted', opened: 'open', heard: 'open', failed: 'idle', lost: 'trying', expired: 'idle' },
};

const TIMES = {
  /** An attempt that has not opened by then will not: Chromium gives up at 15.8 s, Firefox at 11.6 s. */
  attemptMs: 15_000,
  /** The first pause after a failed attempt; it doubles each time. */
  retryFirstMs: 5_000,
  retryMaxMs: 60_000,
  /** How long a silent channel may come back before it is given up. */
  doubtMs: 1_000,
} as const;

/**
 * How long a phase lasts before its timer expires.
 *
 * @param phase the phase that was entered
 * @param failures attempts that failed in a row
 * @param beside whether an attempt goes on beside an open channel, which that limit is for then
 * @returns milliseconds, or `undefined` where the phase has no end of its own
 */
export function phaseLimitMs(phase: RtcPhase, failures: number, beside: boolean): number | undefined {
  switch (phase) {
    case 'trying':
      return TIMES.attemptMs;
    case 'waiting':
      return Math.min(TIMES.retryMaxMs, TIMES.retryFirstMs * 2 ** Math.max(0, failures - 1));
    case 'doubted':
      return TIMES.doubtMs;
    case 'open':
      return beside ? TIMES.attemptMs : undefined;
    case 'idle':
      return undefined;
  }
}
