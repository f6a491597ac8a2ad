import type { BreakerState } from './provider.ts';

/** A circuit breaker: it decides whether somebody who failed lately may be asked again. */
export type Breaker =
  | { readonly state: Extract<BreakerState, 'closed'> }
  | { readonly state: Extract<BreakerState, 'open'>; readonly failures: number; readonly untilMs: number }
  | { readonly state: Extract<BreakerState, 'half-open'>; readonly failures: number };

/** What happened. Each `call` ends in one `success` or one `failure`. */
export type BreakerEvent =
  | { readonly type: 'call' }
  | { readonly type: 'success' }
  | {
      readonly type: 'failure';
      /** How long the other side asked to be left alone, milliseconds. */
      readonly retryAfterMs?: number | undefined;
      /** Whether somebody has to mend it first, so that asking soon is in vain. */
      readonly lasting?: boolean;
    };

/** How a breaker begins. */
export const CLOSED: Breaker = { state: 'closed' };

const FIRST_PAUSE_MS = 1_000;
/** Long enough to spare a provider that is down, short enough that its return is noticed within the half minute. */
const LAST_PAUSE_MS = 30_000;
/** A refused key is mended by a person, not by time. */
const LASTING_PAUSE_MS = 60_000;
/** No `Retry-After` keeps a provider out for longer. */
export const MAX_PAUSE_MS = 300_000;

/**
 * Whether a call may be made now.
 *
 * A pause that seems longer than any is counts as over: the clock was set back meanwhile.
 *
 * @param nowMs Unix time, milliseconds
 */
export function mayCall(breaker: Breaker, nowMs: number): boolean {
  switch (breaker.state) {
    case 'closed':
      return true;
    case 'open':
      return nowMs >= breaker.untilMs || breaker.untilMs - nowMs > MAX_PAUSE_MS;
    case 'half-open':
      return false;
  }
}

/**
 * The breaker after an event. It opens on the first failure: it gates only calls to the provider's API, while credentials
 * in hand go on being served, so that caution costs nothing.
 *
 * @param nowMs Unix time, milliseconds
 */
export function step(breaker: Breaker, event: BreakerEvent, nowMs: number): Breaker {
  switch (event.type) {
    case 'call':
      return breaker.state === 'open' && mayCall(breaker, nowMs)
        ? { state: 'half-open', failures: breaker.failures }
        : breaker;
    case 'success':
      return CLOSED;
    case 'failure': {
      const failures = breaker.state === 'closed' ? 1 : breaker.failures + 1;
      const backoffMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LAST_PAUSE_MS);
      const pauseMs = Math.max(backoffMs, event.lasting ? LASTING_PAUSE_MS : 0, event.retryAfterMs ?? 0);
      return { state: 'open', failures, untilMs: nowMs + Math.min(pauseMs, MAX_PAUSE_MS) };
    }
  }
}
