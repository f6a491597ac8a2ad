import { LIMITS, OpsHistory } from '@anypath/protocol';
import { type Gauges, LoopDelay } from './gauges.ts';
import type { Tally } from './tally.ts';

/** One minute. */
type Sample = { readonly [C in keyof OpsHistory]: OpsHistory[C][number] };

const COLUMNS = Object.keys(OpsHistory.entries) as (keyof OpsHistory)[];

/** What the history is made of. */
export interface HistoryParts {
  readonly tally: Tally;
  readonly gauges: () => Gauges;
  /** The clock, Unix time in milliseconds. */
  readonly nowMs: () => number;
}

/** The last day, minute by minute, in memory: so that the operations page has something to show at once. It goes with the process. */
export class History {
  readonly #parts: HistoryParts;
  readonly #samples: Sample[] = [];
  readonly #delay = new LoopDelay();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.turn(), LIMITS.opsSampleMs).unref();
  }

  /** A minute is over: keeps it, and lets go of the one of a day ago. */
  async turn(): Promise<void> {
    const sample = await this.#sample();
    this.#parts.tally.turn();
    this.#delay.reset();
    this.#samples.push(sample);
    if (this.#samples.length > LIMITS.opsSamplesMax) this.#samples.shift();
  }

  /**
   * The minutes that ended after a moment, and the one that is not over yet.
   *
   * @param sinceMs Unix time in milliseconds
   */
  async columns(sinceMs: number): Promise<OpsHistory> {
    const now = await this.#sample();
    const rows = [...this.#samples.filter(({ at }) => at > sinceMs), now];
    return Object.fromEntries(COLUMNS.map((column) => [column, rows.map((row) => row[column])])) as OpsHistory;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delay.close();
  }

  async #sample(): Promise<Sample> {
    const gauges = this.#parts.gauges();
    const mailOldestSeconds = Math.round(await gauges.mailAge());
    return {
      at: this.#parts.nowMs(),
      ...this.#parts.tally.minute,
      sockets: gauges.sockets(),
      mailMessages: gauges.waiting().messages,
      mailOldestSeconds,
      loopDelayMs: Math.round(this.#delay.p99Ms * 10) / 10,
    };
  }
}
