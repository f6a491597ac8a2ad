import type { ErrorCode } from '@anypath/protocol';

/** The first and the longest pause, milliseconds. A person waits for the first ones, so they are short. */
const PAUSES_MS = [100, 2_000] as const;
/** The same where we were too many already: the limits of the server count by the minute. */
const PAUSES_LIMITED_MS = [5_000, 60_000] as const;
/** The longest time that a timer can wait; more would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * How long to wait before the next attempt to connect, milliseconds: twice as long each time, and up to half as much again at random,
 * so that those who were refused together do not come back together.
 *
 * @param code what the last attempt was refused with
 * @param tries how many were refused before it
 * @param retryAfterMs what the server asked for
 * @param random from 0 to 1
 */
export function retryDelayMs(code: ErrorCode, tries: number, retryAfterMs?: number, random = Math.random()): number {
  const [firstMs, longestMs] = code === 'rate_limited' ? PAUSES_LIMITED_MS : PAUSES_MS;
  const pauseMs = retryAfterMs ?? Math.min(firstMs * 2 ** tries, longestMs);
  return Math.min(pauseMs * (1 + random / 2), TIMER_MAX_MS);
}
