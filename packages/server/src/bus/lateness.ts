/** How long the least delay of a sender is remembered at least: clocks of two machines drift apart by some milliseconds in that time. */
const WINDOW_MS = 300_000;

/**
 * Tells how much later than usual a message of one sender is. Its clock needs not agree with ours: what counts is by how much the
 * difference between the two is above the least that was seen.
 */
export class Lateness {
  #least = Number.POSITIVE_INFINITY;
  #leastBefore = Number.POSITIVE_INFINITY;
  #windowEndsMs = 0;

  /**
   * @param sentMs when it was sent, by the sender's monotonic clock, milliseconds
   * @param nowMs now, by ours
   * @returns how much later than usual it is, milliseconds
   */
  heard(sentMs: number, nowMs: number): number {
    if (nowMs > this.#windowEndsMs) {
      this.#leastBefore = this.#least;
      this.#least = Number.POSITIVE_INFINITY;
      this.#windowEndsMs = nowMs + WINDOW_MS;
    }
    const difference = nowMs - sentMs;
    const usual = Math.min(difference, this.#least, this.#leastBefore);
    this.#least = Math.min(this.#least, difference);
    return difference - usual;
  }
}
