import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Readiness } from '@anypath/protocol';
import { AnypathError } from '@anypath/protocol';
import type { MailboxUse } from '../store/mailbox-port.ts';
import type { Certificate } from './certificates.ts';

/** What is read from the server whenever somebody asks. */
export interface Gauges {
  readiness(): Promise<Readiness>;
  /** Connected sockets. */
  sockets(): number;
  /** What waits in mailboxes. */
  waiting(): MailboxUse;
  /** How long the oldest message has waited, seconds; 0 where none does. */
  mailAge(): Promise<number>;
  certificates(): readonly Certificate[];
}

/** Before the server is put together. */
export const NO_GAUGES: Gauges = {
  readiness: async () => ({ status: 'ready', provider: 'none', providers: [] }),
  sockets: () => 0,
  waiting: () => ({ messages: 0, bytes: 0 }),
  mailAge: async () => 0,
  certificates: () => [],
};

const AGE_KEPT_MS = 5_000;

/**
 * Tells how long the oldest message has waited. The store is asked every few seconds at most, however many ask.
 *
 * @param oldestAtMs asks the store, Unix time in milliseconds
 * @returns gives seconds; those that were known last where the store fails, which says so by itself
 */
export function mailAge(oldestAtMs: () => Promise<number | undefined>, nowMs: () => number): () => Promise<number> {
  let oldest: number | undefined;
  let askedAtMs = -Infinity;
  return async () => {
    if (nowMs() - askedAtMs >= AGE_KEPT_MS) {
      askedAtMs = nowMs();
      try {
        oldest = await oldestAtMs();
      } catch (error) {
        if (!(error instanceof AnypathError)) throw error;
      }
    }
    return oldest === undefined ? 0 : Math.max(0, (nowMs() - oldest) / 1000);
  };
}

/** How late the event loop is. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: 20 });

  constructor() {
    this.#histogram.enable();
  }

  /** The 99th percentile since `reset`, milliseconds; what the timer that measures it waits for by itself is taken off. */
  get p99Ms(): number {
    return this.#histogram.count === 0 ? 0 : Math.max(0, this.#histogram.percentile(99) / 1e6 - 20);
  }

  reset(): void {
    this.#histogram.reset();
  }

  close(): void {
    this.#histogram.disable();
  }
}
