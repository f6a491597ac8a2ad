import type { ProviderName } from '@anypath/protocol';

/** One TURN address with credentials for it. */
export interface TurnServer {
  readonly url: string;
  readonly username: string;
  readonly credential: string;
}

/** State of a circuit breaker: `open` while the provider is not asked. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Whom credentials are for, and how long they must be good. */
export interface Request {
  readonly wallet: string;
  /** Seconds from `nowMs` on. */
  readonly ttl: number;
  /** Unix time, milliseconds. */
  readonly nowMs: number;
}

/** Somebody who issues TURN credentials. */
export interface Provider {
  readonly name: ProviderName;
  readonly breaker: BreakerState;
  /** Whether what it issues ends when it was asked to, and so may be given to anybody for a minute. */
  readonly endsOnTime: boolean;
  /** Gets ready, and keeps ready in the background until `stop`. Returns at once and never throws. */
  start(): void;
  stop(): void;
  /**
   * Credentials that outlive `nowMs + ttl`.
   *
   * @returns one entry for each of its addresses; none where it cannot answer. A promise only where it has to ask
   *   somebody first; it resolves within the provider's deadline and never rejects
   */
  issue(request: Request): readonly TurnServer[] | Promise<readonly TurnServer[]>;
  /**
   * What to probe now, with every credential that may be the right one: while a secret is changed, a server may know
   * the new one or the old one.
   */
  targets(nowMs: number): readonly ProbeTarget[];
  /**
   * Told which of the credentials of a target worked last.
   *
   * @param url the address
   * @param index position in `ProbeTarget.credentials`
   */
  accepted(url: string, index: number): void;
}

/** One address to probe. */
export interface ProbeTarget {
  readonly url: string;
  /** The first is preferred. */
  readonly credentials: readonly { readonly username: string; readonly credential: string }[];
}
