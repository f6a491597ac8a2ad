import type { UrlHealth } from '@anypath/protocol';

/** What is known of one STUN or TURN address. */
export interface Health {
  readonly state: UrlHealth['state'];
  /** Failures since the last success. */
  readonly failures: number;
  /** Time to an allocation (a binding, for STUN), smoothed, milliseconds. */
  readonly allocateMs?: number;
  /** Why the last probe failed. */
  readonly reason?: string;
  /** Unix time of the last probe, milliseconds. */
  readonly checkedAt?: number;
  /** Whether a packet ever came back through it. */
  readonly echoed: boolean;
}

/** What a probe found. A failure after the allocation comes with the time that the allocation took. */
export type Outcome =
  | { readonly ok: true; readonly allocateMs: number }
  | { readonly ok: false; readonly reason: string; readonly allocateMs?: number };

/** An address that was not probed yet. It counts as working until it is known not to. */
export const UNKNOWN: Health = { state: 'unknown', failures: 0, echoed: false };

/** One lost probe is no death; the second in a row is. */
export const FAILURES_TO_DIE = 2;
/** Weight of the newest measurement. */
const SMOOTHING = 0.25;

/**
 * What follows from a probe.
 *
 * @param health what was known
 * @param outcome what the probe found
 * @param nowMs Unix time, milliseconds
 * @param mustEcho whether an allocation through which no packet comes back counts as dead. For servers that are not ours
 *   it does so only once a packet did come back, because some refuse packets to themselves
 */
export function judge(health: Health, outcome: Outcome, nowMs: number, mustEcho: boolean): Health {
  if (outcome.ok) return alive(health, outcome.allocateMs, nowMs, true);
  if (outcome.allocateMs !== undefined && isEnough(health, outcome.reason, mustEcho)) {
    return alive(health, outcome.allocateMs, nowMs, false);
  }
  const failures = health.failures + 1;
  const isDead = health.state !== 'up' || failures >= FAILURES_TO_DIE;
  return { ...health, state: isDead ? 'down' : health.state, failures, reason: outcome.reason, checkedAt: nowMs };
}

/** Whether an allocation alone shows that the server works, where no packet came back through it. */
function isEnough({ echoed }: Health, reason: string, mustEcho: boolean): boolean {
  // The server refused itself as a peer: it still relays to everybody else.
  if (reason === 'rejected') return true;
  return reason === 'no_echo' && !mustEcho && !echoed;
}

function alive(health: Health, allocateMs: number, nowMs: number, echoed: boolean): Health {
  const before = health.allocateMs ?? allocateMs;
  const smoothed = before + (allocateMs - before) * SMOOTHING;
  return { state: 'up', failures: 0, allocateMs: smoothed, checkedAt: nowMs, echoed: health.echoed || echoed };
}
