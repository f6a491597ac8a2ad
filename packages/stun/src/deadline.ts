import { isStunError, StunError } from './errors.ts';

/** How long an operation may take, and how the caller ends it earlier. */
export interface Bounds {
  /** Bound of the whole operation, milliseconds; 10 000 where it is left out, `Infinity` for none. */
  readonly timeoutMs?: number | undefined;
  /** Ends the operation with `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** What a timer of Node can wait for. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs an operation within its bounds and leaves no timer and no listener behind.
 *
 * @param work must end soon after its signal aborts, and reject with the signal's reason then
 * @throws StunError `timeout`, `aborted`, and what the work throws
 */
export async function within<T>(bounds: Bounds, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = bounds;
  const controller = new AbortController();
  const abort = () => controller.abort(reasonOf(signal));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  const expire = () => controller.abort(new StunError('timeout', `no answer within ${timeoutMs} ms`));
  const timer = timeoutMs <= MAX_TIMER_MS ? setTimeout(expire, timeoutMs) : undefined;
  try {
    controller.signal.throwIfAborted();
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** A signal of ours has its reason already: an operation within another ends for the reason of the outer one. */
const reasonOf = (signal: AbortSignal | undefined): StunError =>
  isStunError(signal?.reason)
    ? signal.reason
    : new StunError('aborted', 'the caller ended it', { cause: signal?.reason });

/**
 * Waits for something that cannot be ended, but not longer than the signal allows.
 *
 * @throws the signal's reason, and what the promise rejects with
 */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
