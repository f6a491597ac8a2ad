/** When messages were sent and when they came, for each who sends to one other; all times on one monotonic clock, milliseconds. */
export class Gaps {
  readonly #arrivals = new Map<string, number[]>();
  readonly #sentAtMs = new Map<string, number[]>();

  /** There will be such a flow: until something of it comes, not everybody is served. */
  expect(flow: string): void {
    listOf(this.#sentAtMs, flow);
  }

  /** A message goes out. */
  sent(flow: string, nowMs: number): void {
    listOf(this.#sentAtMs, flow).push(nowMs);
  }

  /** A message came for the first time. @param number of it, in the order in which they were sent */
  came(flow: string, number: number, nowMs: number): void {
    listOf(this.#arrivals, flow)[number - 1] = nowMs;
  }

  /**
   * The longest time without an arrival in each flow.
   *
   * @param fromMs the beginning and the end of what is looked at
   * @returns for each flow, milliseconds
   */
  longest(fromMs: number, toMs: number): number[] {
    return [...this.#sentAtMs.keys()].map((flow) => {
      const within = (this.#arrivals.get(flow) ?? []).filter((ms) => ms !== undefined && ms > fromMs && ms < toMs);
      const times = [fromMs, ...within.sort((a, b) => a - b), toMs];
      return Math.max(...times.slice(1).map((ms, index) => ms - (times[index] ?? ms)));
    });
  }

  /** The flows in which nothing has come that was sent after a moment. */
  unserved(sinceMs: number): string[] {
    return [...this.#sentAtMs.keys()].filter((flow) => this.#servedAtMs(flow, sinceMs) === undefined);
  }

  /**
   * When everybody was served again: in each flow a message has come that was sent after a moment. What was sent before it has
   * come by then, too, since order holds.
   *
   * @param sinceMs the moment
   * @returns milliseconds from then until the last flow was served; `undefined` while one is not
   */
  servedAfter(sinceMs: number): number | undefined {
    let lastMs = sinceMs;
    for (const flow of this.#sentAtMs.keys()) {
      const atMs = this.#servedAtMs(flow, sinceMs);
      if (atMs === undefined) return undefined;
      lastMs = Math.max(lastMs, atMs);
    }
    return lastMs - sinceMs;
  }

  #servedAtMs(flow: string, sinceMs: number): number | undefined {
    const arrivals = this.#arrivals.get(flow) ?? [];
    const index = (this.#sentAtMs.get(flow) ?? []).findIndex((ms, at) => ms > sinceMs && arrivals[at] !== undefined);
    return index < 0 ? undefined : arrivals[index];
  }
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
