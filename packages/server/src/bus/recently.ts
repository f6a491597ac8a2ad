import { dropOldest } from './drop-oldest.ts';

/** Remembers names for some time after they were last noted. */
export class Recently {
  readonly #nowMs: () => number;
  readonly #memoryMs: number;
  readonly #max: number;
  /** Until when each is remembered; the oldest first. */
  readonly #untils = new Map<string, number>();
  #nextDropMs = 0;

  /**
   * @param memoryMs how long a name is remembered, milliseconds
   * @param max names at most; the oldest leave first
   * @param nowMs a monotonic clock, milliseconds
   */
  constructor(memoryMs: number, max: number, nowMs: () => number) {
    this.#memoryMs = memoryMs;
    this.#max = max;
    this.#nowMs = nowMs;
  }

  /** Notes a name. */
  note(name: string): void {
    const now = this.#nowMs();
    this.#untils.delete(name);
    this.#untils.set(name, now + this.#memoryMs);
    if (this.#untils.size <= this.#max && now < this.#nextDropMs) return;
    dropOldest(this.#untils, (untilMs) => untilMs <= now, this.#max);
    this.#nextDropMs = now + this.#memoryMs / 4;
  }

  /** Whether a name was noted not long ago. */
  has(name: string): boolean {
    return (this.#untils.get(name) ?? Number.NEGATIVE_INFINITY) > this.#nowMs();
  }
}
