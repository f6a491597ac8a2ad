/** Whether media comes: not yet, at this moment, or not any more. */
export type FlowState = 'waiting' | 'flowing' | 'still';

/** What comes of a call's media, look by look. Plain data. */
export interface MediaFlow {
  readonly state: FlowState;
  /** Bytes at the last look that found something new, and when that was, milliseconds of any clock. */
  readonly bytes: number;
  readonly atMs: number;
}

export const noFlow: MediaFlow = { state: 'waiting', bytes: 0, atMs: 0 };

/** Media stands still after so long without a byte, milliseconds. A pause that is over sooner is not worth words. */
export const STILL_MS = 1_500;

/**
 * Takes in one more look.
 *
 * @param bytes that have come over the connection in use; another connection counts from 0
 * @param nowMs when
 * @param isExpected whether the other side sends anything
 */
export function flowed(
  before: MediaFlow,
  { bytes, nowMs, isExpected }: { readonly bytes: number; readonly nowMs: number; readonly isExpected: boolean },
): MediaFlow {
  if (bytes > 0 && bytes !== before.bytes) return { state: 'flowing', bytes, atMs: nowMs };
  if (before.state === 'waiting') return before;
  if (!isExpected) return { ...before, state: 'flowing', atMs: nowMs };
  return nowMs - before.atMs < STILL_MS ? before : { ...before, state: 'still' };
}
