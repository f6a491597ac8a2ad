import type { ProviderName } from '@anypath/protocol';
import type { Logger } from 'pino';
import { type Breaker, CLOSED, mayCall, step } from './breaker.ts';
import type { CredentialApi, IssuedCredentials } from './credential-api.ts';
import type { BreakerState, ProbeTarget, Provider, Request, TurnServer } from './provider.ts';
import { ProviderError } from './provider-error.ts';

/** What calls back later. */
export interface Timers {
  /**
   * Calls back once.
   *
   * @returns what cancels it
   */
  after(delayMs: number, callback: () => void): () => void;
}

/** How a provider with an API works. */
export interface ApiProviderOptions {
  /** Lifetime that credentials must still have when they are issued, seconds. */
  readonly ttl: number;
  /** How long a call may take, milliseconds. 1500 unless told: what a person waits for without wondering. */
  readonly deadlineMs?: number;
  readonly log: Logger;
  /** Unix time, milliseconds. */
  readonly now?: () => number;
  readonly timers?: Timers;
}

const DEADLINE_MS = 1_500;
/** However short the provider keeps its credentials, it is not asked more often in the background. */
const MIN_REFRESH_MS = 10_000;

const REAL_TIMERS: Timers = {
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

/**
 * A provider whose API issues credentials.
 *
 * It asks for twice the lifetime that is needed and shares the answer between wallets while it outlives `ttl`. It asks
 * again in the middle of that time, so that an issue is normally answered from memory, and half of the time is left to
 * mend a failure. While the API fails, what is in hand goes on being served for as long as it is good.
 */
export function apiProvider(api: CredentialApi, options: ApiProviderOptions): Provider {
  return new ApiProvider(api, options);
}

class ApiProvider implements Provider {
  /** Its credentials are shared, and outlive each request. */
  readonly endsOnTime = false;
  readonly #api: CredentialApi;
  readonly #options: Required<ApiProviderOptions>;
  #breaker: Breaker = CLOSED;
  #inHand: IssuedCredentials | undefined;
  #underWay: { readonly controller: AbortController; readonly done: Promise<void> } | undefined;
  #cancelPlan = () => {};
  #isStopped = false;

  constructor(api: CredentialApi, options: ApiProviderOptions) {
    this.#api = api;
    this.#options = { deadlineMs: DEADLINE_MS, now: Date.now, timers: REAL_TIMERS, ...options };
  }

  get name(): ProviderName {
    return this.#api.name;
  }

  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  start(): void {
    this.#isStopped = false;
    void this.#call();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelPlan();
    this.#underWay?.controller.abort();
    this.#underWay = undefined;
    this.#breaker = CLOSED;
  }

  issue(request: Request): readonly TurnServer[] | Promise<readonly TurnServer[]> {
    const servers = this.#serversFor(request);
    // While the breaker is not closed, calls are for the background alone: an outage makes nobody wait.
    if (servers.length > 0 || this.#isStopped || this.#breaker.state !== 'closed') return servers;
    return this.#call().then(() => this.#serversFor(request));
  }

  targets(nowMs: number): readonly ProbeTarget[] {
    return this.#serversFor({ nowMs, ttl: 0 }).map(targetOf);
  }

  accepted(): void {}

  #serversFor({ nowMs, ttl }: Pick<Request, 'nowMs' | 'ttl'>): readonly TurnServer[] {
    return this.#inHand && outlives(this.#inHand, nowMs, ttl) ? this.#inHand.servers : [];
  }

  /** One call, which all who want one at the same time share. Never rejects. */
  #call(): Promise<void> {
    if (this.#underWay) return this.#underWay.done;
    const controller = new AbortController();
    this.#breaker = step(this.#breaker, { type: 'call' }, this.#options.now());
    const done = this.#attempt(controller).then((outcome) => {
      if (this.#underWay?.controller !== controller) return;
      this.#underWay = undefined;
      this.#settle(outcome);
      this.#plan();
    });
    this.#underWay = { controller, done };
    return done;
  }

  async #attempt(controller: AbortController): Promise<IssuedCredentials | ProviderError> {
    const { ttl, deadlineMs, now, timers } = this.#options;
    const { signal } = controller;
    const cancelDeadline = timers.after(deadlineMs, () => controller.abort());
    try {
      const issued = await Promise.race([this.#api.request(2 * ttl, signal), timeoutOf(signal)]);
      return outlives(issued, now(), ttl) ? issued : new ProviderError('expired');
    } catch (error) {
      return error instanceof ProviderError ? error : new ProviderError('unavailable');
    } finally {
      cancelDeadline();
    }
  }

  #settle(outcome: IssuedCredentials | ProviderError): void {
    const { log, now } = this.#options;
    const provider = this.name;
    const wasClosed = this.#breaker.state === 'closed';
    if (outcome instanceof ProviderError) {
      const { reason, status, systemCode, retryAfterMs } = outcome;
      this.#breaker = step(this.#breaker, { type: 'failure', retryAfterMs, lasting: reason === 'unauthorized' }, now());
      if (wasClosed) log.warn({ provider, reason, status, systemCode }, 'the TURN provider issues no credentials');
    } else {
      this.#inHand = outcome;
      this.#breaker = step(this.#breaker, { type: 'success' }, now());
      if (!wasClosed) log.info({ provider }, 'the TURN provider issues credentials again');
    }
  }

  /** Sets the next call in the background. */
  #plan(): void {
    const { now, timers } = this.#options;
    this.#cancelPlan();
    this.#cancelPlan = timers.after(this.#untilNextMs(now()), () => {
      if (mayCall(this.#breaker, now())) void this.#call();
      else this.#plan();
    });
  }

  #untilNextMs(nowMs: number): number {
    if (this.#breaker.state === 'open') return Math.max(0, this.#breaker.untilMs - nowMs);
    const sharedUntilMs = (this.#inHand?.expiresAtMs ?? 0) - this.#options.ttl * 1000;
    return Math.max(MIN_REFRESH_MS, (sharedUntilMs - nowMs) / 2);
  }
}

const outlives = ({ expiresAtMs }: IssuedCredentials, nowMs: number, seconds: number): boolean =>
  expiresAtMs >= nowMs + seconds * 1000;

/** Rejects when the signal aborts, for an API that does not heed it. */
function timeoutOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new ProviderError('timeout')), { once: true });
  });
}

const targetOf = ({ url, username, credential }: TurnServer): ProbeTarget => ({
  url,
  credentials: [{ username, credential }],
});
