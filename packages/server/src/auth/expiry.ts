/** The longest time that `setTimeout` can wait; more would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * Does something at a moment, however far away it is. The process does not stay for it.
 *
 * @param whenMs Unix time in milliseconds; at once (not within this call) where it is past
 * @returns calls it off
 */
export function atMoment(whenMs: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    const restMs = whenMs - Date.now();
    // One millisecond at least: a timer may fire just before its time by this clock.
    timer = setTimeout(restMs > TIMER_MAX_MS ? wait : fire, Math.min(Math.max(restMs, 1), TIMER_MAX_MS)).unref();
  };
  const fire = () => (Date.now() < whenMs ? wait() : act());
  wait();
  return () => clearTimeout(timer);
}
