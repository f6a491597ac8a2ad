import type { CheckReason } from '@anypath/protocol';
import { CheckError, detailOf, reasonOf } from './reason.ts';

/** How an attempt ended. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T; readonly ms: number }
  | {
      readonly ok: false;
      readonly reason: CheckReason;
      readonly detail: string;
      readonly error: unknown;
      readonly ms: number;
    };

/**
 * Makes an attempt within a time of its own and the deadline of the run. Whatever the work does after that is its own
 * business: what cannot be ended, such as a look-up of a name, goes on in the background and its result is dropped.
 *
 * @param work should end soon after its signal aborts
 */
export async function attempt<T>(
  signal: AbortSignal,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Attempt<T>> {
  const startedMs = performance.now();
  const controller = new AbortController();
  const end = (reason: unknown) => controller.abort(reason);
  const onDeadline = () => end(signal.reason);
  if (signal.aborted) onDeadline();
  signal.addEventListener('abort', onDeadline, { once: true });
  const timer = setTimeout(() => end(new CheckError('timeout', `no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    const value = await orAborted(controller.signal, work(controller.signal));
    return { ok: true, value, ms: performance.now() - startedMs };
  } catch (thrown) {
    const error = controller.signal.aborted ? controller.signal.reason : thrown;
    return { ok: false, reason: reasonOf(error), detail: detailOf(error), error, ms: performance.now() - startedMs };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onDeadline);
  }
}

function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    signal.addEventListener('abort', fail, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', fail));
  });
}

/** Waits, but not beyond the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

/** The common fields of a row for an attempt: what the deadline ended is unknown, and not failed. */
export function outcomeOf(
  result: Attempt<unknown>,
): { outcome: 'ok'; ms: number } | { outcome: 'failed' | 'unknown'; reason: CheckReason; detail: string; ms: number } {
  const ms = Math.round(result.ms);
  if (result.ok) return { outcome: 'ok', ms };
  const { reason, detail } = result;
  return { outcome: reason === 'deadline' ? 'unknown' : 'failed', reason, detail, ms };
}
