import { IceAnswer, PATHS, type ProviderName } from '@anypath/protocol';
import { askSignedIn, type Credentials } from '../credentials.ts';
import { Events } from '../emitter.ts';
import { parsed, RefusedRequest } from '../http.ts';

/** The share of their lifetime after which credentials are fetched again, and how far it may be off (SPEC S6.2). */
const REFRESH_AT = 0.7;
const REFRESH_JITTER = 0.05;
/** How long a service that had nothing to offer is not asked again: an offer must not wait for the same refusal. */
const ASK_AGAIN_MS = 10_000;

/** A list of servers, and for how long it is good. Times are milliseconds. */
interface Fetched {
  readonly servers: readonly RTCIceServer[];
  readonly provider: IceAnswer['provider'];
  readonly atMs: Moment;
  /** Fetched again at this age. */
  readonly staleMs: number;
  /** The credentials are over at this age. */
  readonly endMs: number;
}

/** One moment by two clocks: the steady one stops while the machine sleeps, the other may be set. */
interface Moment {
  readonly wall: number;
  readonly steady: number;
}

const now = (): Moment => ({ wall: Date.now(), steady: performance.now() });
const sinceMs = ({ wall, steady }: Moment): number => Math.max(Date.now() - wall, performance.now() - steady);

/** What an ICE source tells. */
export interface IceEvents {
  /** There are fresh credentials: those of before end soon, and with them what they were used for. */
  renewed(): void;
}

/** Fetches ICE servers, and again when about 70 % of their lifetime is over, for as long as it is open. */
export class IceSource extends Events<IceEvents> {
  readonly #url: URL;
  readonly #credentials: Credentials;
  #fetched: Fetched | undefined;
  #asking: Promise<void> | undefined;
  #askAgainAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** @param baseUrl the server */
  constructor(baseUrl: string, credentials: Credentials) {
    super();
    this.#url = new URL(PATHS.ice, baseUrl);
    this.#credentials = credentials;
  }

  /**
   * The servers for a connection that is about to be made. Concurrent calls share one request.
   *
   * @returns a list for `RTCPeerConnection`; the one in hand where the service does not answer and its credentials still
   *   hold; empty where there is none, because a direct path may still be found
   */
  async servers(): Promise<readonly RTCIceServer[]> {
    if (!this.#isYoungerThan('staleMs') && performance.now() >= this.#askAgainAtMs) await this.#ask();
    return this.#fetched && this.#isYoungerThan('endMs') ? this.#fetched.servers : [];
  }

  /** Whether there is a TURN server among those in hand. */
  get hasTurn(): boolean {
    return (this.#fetched?.servers ?? []).some(({ urls }) => [urls].flat().some((url) => /^turns?:/i.test(url)));
  }

  /** Who issued the TURN credentials in hand. */
  get provider(): ProviderName | undefined {
    const provider = this.#fetched?.provider;
    return provider === 'stun' ? undefined : provider;
  }

  /** Fetches no more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #isYoungerThan(age: 'staleMs' | 'endMs'): boolean {
    return this.#fetched !== undefined && sinceMs(this.#fetched.atMs) < this.#fetched[age];
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#refresh().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #refresh(): Promise<void> {
    const isFirst = this.#fetched === undefined;
    try {
      this.#fetched = await this.#fetch();
      if (!isFirst && !this.#isClosed) this.emit('renewed');
      this.#wakeIn(Math.max(this.#fetched.staleMs - sinceMs(this.#fetched.atMs), ASK_AGAIN_MS));
    } catch (error) {
      const pauseMs = pauseAfter(error);
      this.#askAgainAtMs = performance.now() + pauseMs;
      // Once they are over, the next connection asks.
      if (this.#isYoungerThan('endMs')) this.#wakeIn(pauseMs);
    }
  }

  async #fetch(): Promise<Fetched> {
    // Before the request: the server's clock may stand anywhere between its start and its end.
    const atMs = now();
    const { iceServers, provider, serverTime, expiresAt } = parsed(
      IceAnswer,
      await askSignedIn(this.#url, this.#credentials),
    );
    // By the server's clock alone, so that ours may be wrong.
    const endMs = expiresAt - serverTime;
    const staleMs = endMs * (REFRESH_AT + REFRESH_JITTER * (2 * Math.random() - 1));
    return { servers: iceServers as RTCIceServer[], provider, atMs, staleMs, endMs };
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#ask(), ms);
    // Node stays alive for timers, and should not for this one.
    if (typeof this.#timer === 'object') (this.#timer as { unref?: () => void }).unref?.();
  }
}

/** Not before the server said, and a little later at random where it said something. */
function pauseAfter(error: unknown): number {
  const retryAfterMs = error instanceof RefusedRequest ? error.retryAfterMs : undefined;
  return retryAfterMs === undefined ? ASK_AGAIN_MS : retryAfterMs * (1 + Math.random() * REFRESH_JITTER);
}
