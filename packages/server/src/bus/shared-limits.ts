import { LocalLimits } from './local-limits.ts';
import type { Limit, Taken } from './port.ts';
import type { Ask } from './redis-link.ts';

/** Counts a use; the window begins with the first. Gives the uses so far and what is left of the window, milliseconds. */
const COUNT = `local used = redis.call('INCR', KEYS[1])
if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { used, redis.call('PTTL', KEYS[1]) }`;

/** Rate limits that all nodes count together; each for itself while Redis does not answer. */
export class SharedLimits {
  readonly #ask: Ask;
  readonly #prefix: string;
  readonly #local: LocalLimits;

  /**
   * @param ask asks Redis
   * @param prefix of its keys
   * @param nowMs a monotonic clock, milliseconds
   */
  constructor(ask: Ask, prefix: string, nowMs: () => number) {
    this.#ask = ask;
    this.#prefix = prefix;
    this.#local = new LocalLimits(nowMs);
  }

  /** Counts one use of a limit by a key; never rejects. */
  take(limit: Limit, key: string): Taken | Promise<Taken> {
    const here = this.#local.take(limit, key);
    // What is too much for one node is too much for all: who floods one node does not flood Redis.
    if (limit.isLocal || !here.ok) return here;
    return this.#takeFromAll(limit, key).catch(() => here);
  }

  async #takeFromAll({ name, points, windowMs }: Limit, key: string): Promise<Taken> {
    const reply = await this.#ask(['EVAL', COUNT, '1', `${this.#prefix}:limit:${name}:${key}`, String(windowMs)]);
    const [used = 0, leftMs = 0] = Array.isArray(reply) ? reply.map(Number) : [];
    return { ok: used <= points, remaining: Math.max(0, points - used), resetMs: Math.max(0, leftMs) };
  }
}
