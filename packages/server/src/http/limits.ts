import { AnypathError, RATE_LIMITS, type RateLimitName } from '@anypath/protocol';
import type { Bus, Limit, Taken } from '../bus/port.ts';
import { after, type Maybe } from '../maybe.ts';

/** A use beyond a rate limit. */
export class RateLimited extends AnypathError {
  /** Milliseconds until the next use can succeed. */
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('rate_limited', `too many of these; try again in ${Math.ceil(retryAfterMs / 1000)} s`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** A use that was within its limit. */
export interface Use extends Omit<Taken, 'ok'> {
  readonly limit: number;
}

/** Counted for one connection of a device, which has only one. */
const OF_CONNECTION: ReadonlySet<string> = new Set<RateLimitName>(['signals', 'frames']);

/** The rate limits of the protocol, counted on the bus. */
export class Limits {
  readonly #bus: Pick<Bus, 'take'>;
  readonly #limits: ReadonlyMap<RateLimitName, Limit>;
  readonly #exceeded: (name: RateLimitName) => void;

  /**
   * @param icePoints ICE requests a minute (`ICE_RATE_LIMIT`)
   * @param exceeded told of each refusal
   */
  constructor(bus: Pick<Bus, 'take'>, icePoints: number, exceeded: (name: RateLimitName) => void) {
    this.#bus = bus;
    this.#exceeded = exceeded;
    const rows = Object.entries(RATE_LIMITS) as [RateLimitName, Omit<Limit, 'name'>][];
    this.#limits = new Map(
      rows.map(([name, { points, windowMs }]) => {
        return [
          name,
          { name, windowMs, points: name === 'ice' ? icePoints : points, isLocal: OF_CONNECTION.has(name) },
        ];
      }),
    );
  }

  /**
   * Counts a use.
   *
   * @param key whose use it is
   * @throws RateLimited where it is one too many, or rejects with it where it had to ask
   */
  take(name: RateLimitName, key: string): Maybe<Use> {
    const limit = this.#limits.get(name);
    if (!limit) throw new TypeError(`there is no limit ${name}`);
    return after(this.#bus.take(limit, key), ({ ok, remaining, resetMs }) => {
      if (ok) return { remaining, resetMs, limit: limit.points };
      this.#exceeded(name);
      throw new RateLimited(resetMs);
    });
  }
}
