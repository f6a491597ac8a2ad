import type { RtcReport } from '@anypath/protocol';
import { browserFamily } from './browser-family.ts';

/** How often it is told what was relayed: a page that is closed tells nothing any more. */
const TELL_EVERY_MS = 60_000;
/** Chromium answers with what it read before, for 50 ms (webrtc.org, stats/g3doc/stats.md): the last reading is a later one. */
const CACHED_MS = 60;
/** A connection that is over waits no longer for its last reading, which takes some milliseconds, and more on a busy device. */
const LAST_WITHIN_MS = 2_000;

interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/**
 * Counts what goes through our own TURN allocation, for the operator, who pays for it. The other side counts its own, so that nothing
 * counts twice.
 */
export class RelayMeter {
  readonly #role: RtcReport['role'];
  readonly #read: () => Promise<RTCStatsReport>;
  readonly #tell: (report: RtcReport) => void;
  #told: Traffic = { sentBytes: 0, receivedBytes: 0 };
  #startedMs: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param read reads the statistics of the connection @param tell told every minute, and at the end, where anything was relayed */
  constructor(role: RtcReport['role'], read: () => Promise<RTCStatsReport>, tell: (report: RtcReport) => void) {
    this.#role = role;
    this.#read = read;
    this.#tell = tell;
  }

  /** The connection is open. */
  start(): void {
    if (this.#startedMs !== undefined) return;
    this.#startedMs = performance.now();
    this.#timer = setInterval(() => void this.#report(), TELL_EVERY_MS);
  }

  /**
   * Reads and tells for the last time, and then closes the connection: Chromium has forgotten everything about one that is closed. One that
   * never opened, or is known not to be relayed, is closed at once.
   */
  stop(close: () => void, mayBeRelayed = true): void {
    clearInterval(this.#timer);
    if (this.#startedMs === undefined || !mayBeRelayed) return close();
    const stoppedMs = performance.now();
    const read = delay(CACHED_MS).then(() => this.#report(stoppedMs));
    void Promise.race([read, delay(LAST_WITHIN_MS)]).then(close);
  }

  /** @param atMs until when the connection lasted, as `performance.now()` has it */
  async #report(atMs = performance.now()): Promise<void> {
    try {
      const { sentBytes, receivedBytes } = relayedIn(await this.#read());
      const sent = sentBytes - this.#told.sentBytes;
      const received = receivedBytes - this.#told.receivedBytes;
      // A reading that was late has been told by the one that came before it.
      if (sent < 0 || received < 0 || sent + received === 0) return;
      this.#told = { sentBytes, receivedBytes };
      this.#tell({
        outcome: 'carried',
        role: this.#role,
        browser: browserFamily(),
        ms: Math.round(atMs - (this.#startedMs ?? 0)),
        sentBytes: sent,
        receivedBytes: received,
        candidates: { local: [], remote: [] },
      });
    } catch {
      // A browser that tells nothing of a connection that is over.
    }
  }
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Over every pair that begins at a relay's address of our own: the one in use, and those of before. */
function relayedIn(report: RTCStatsReport): Traffic {
  let sentBytes = 0;
  let receivedBytes = 0;
  for (const stats of report.values()) {
    if (stats.type !== 'candidate-pair' || report.get(stats.localCandidateId)?.candidateType !== 'relay') continue;
    sentBytes += stats.bytesSent ?? 0;
    receivedBytes += stats.bytesReceived ?? 0;
  }
  return { sentBytes, receivedBytes };
}
