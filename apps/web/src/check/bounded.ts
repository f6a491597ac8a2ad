import type { CheckReason } from '@anypath/protocol';

/** A check that ended for a reason of its own. */
export class ProbeError extends Error {
  readonly reason: CheckReason;

  constructor(reason: CheckReason, message = '') {
    super(message);
    this.reason = reason;
  }
}

/** How long one check may take, milliseconds. */
export const PROBE_MS = 7_000;

/** How a check ended, as the fields that every row has. */
export type Ended<T> =
  | { readonly value: T; readonly fields: { readonly outcome: 'ok'; readonly ms: number } }
  | {
      readonly value: undefined;
      readonly fields: { readonly outcome: 'failed'; readonly reason: CheckReason; readonly ms: number };
    };

/**
 * Makes a check within its time.
 *
 * @param work is told by the signal that its time is over, and leaves nothing open
 */
export async function bounded<T>(work: (signal: AbortSignal) => Promise<T>, ms = PROBE_MS): Promise<Ended<T>> {
  const startedMs = performance.now();
  const took = () => Math.round(performance.now() - startedMs);
  const signal = AbortSignal.timeout(ms);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new ProbeError('timeout')), { once: true });
  });
  try {
    const value = await Promise.race([work(signal), late]);
    return { value, fields: { outcome: 'ok', ms: took() } };
  } catch (error) {
    const reason = error instanceof ProbeError ? error.reason : 'unreachable';
    return { value: undefined, fields: { outcome: 'failed', reason, ms: took() } };
  }
}
