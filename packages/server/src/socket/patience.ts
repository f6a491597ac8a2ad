import { RATE_LIMITS } from '@anypath/protocol';

/** How long a sender may go on beyond its rate, milliseconds. */
const LIMIT_MS = 60_000;
/** Who is quiet for longer than a window has stopped. */
const STOPPED_MS = 2 * RATE_LIMITS.signals.windowMs;

/** With a sender that is beyond its rate: it is refused, and closed only where it goes on for a minute. */
export class Patience {
  #sinceMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /**
   * Told of each refusal.
   *
   * @param nowMs monotonic, milliseconds
   * @returns whether it has gone on for too long
   */
  isOver(nowMs: number): boolean {
    if (nowMs - this.#lastMs > STOPPED_MS) this.#sinceMs = nowMs;
    this.#lastMs = nowMs;
    return nowMs - this.#sinceMs >= LIMIT_MS;
  }
}
