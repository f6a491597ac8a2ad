import type { MediaConnection } from '../rtc/media-connection.ts';

const LOOK_EVERY_MS = 300;
/** Looks in a row that must have found something new before silence means anything. */
const STEADY_LOOKS = 2;
/** Silence that means that the connection is dead, milliseconds; after a hint, at the next look. */
const SILENT_MS = 1_000;
const SUSPECT_MS = 300;
/** For how long a hint counts, milliseconds: where media goes on it was none. */
const SUSPICION_MS = 1_500;

/** Watches whether media keeps coming: a browser tells of a dead connection after five seconds, and people notice after one. */
export class Flow {
  readonly #connection: () => MediaConnection | undefined;
  readonly #dried: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #bytes = 0;
  #steady = 0;
  #lastMs = 0;
  #suspectedMs = Number.NEGATIVE_INFINITY;

  /**
   * @param connection the one that carries media now
   * @param dried told once each time that it has stopped
   */
  constructor(connection: () => MediaConnection | undefined, dried: () => void) {
    this.#connection = connection;
    this.#dried = dried;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** Something else says that the connection may be dead. */
  suspect(): void {
    this.#suspectedMs = performance.now();
    void this.#look();
  }

  /** Begins anew: what comes may be more or less from now on. */
  reset(): void {
    this.#steady = 0;
    this.#bytes = 0;
    this.#suspectedMs = Number.NEGATIVE_INFINITY;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const report = await this.#connection()?.stats();
    if (!report) return;
    let bytes = 0;
    for (const stats of report.values()) if (stats.type === 'inbound-rtp') bytes += stats.bytesReceived ?? 0;
    const nowMs = performance.now();
    if (bytes > this.#bytes) {
      this.#bytes = bytes;
      this.#steady++;
      this.#lastMs = nowMs;
      return;
    }
    const silentMs = nowMs - this.#suspectedMs < SUSPICION_MS ? SUSPECT_MS : SILENT_MS;
    if (this.#steady < STEADY_LOOKS || nowMs - this.#lastMs < silentMs) return;
    this.reset();
    this.#dried();
  }
}
