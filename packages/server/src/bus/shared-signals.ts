import { LIMITS } from '@anypath/protocol';
import type { Maybe } from '../maybe.ts';
import type { DeviceRef } from './port.ts';
import type { Ask } from './redis-link.ts';
import { SeenSignals } from './seen-signals.ts';

/** Remembers texts under their names, for so many milliseconds. */
const REMEMBER = `for i, name in ipairs(KEYS) do redis.call('SET', name, ARGV[i + 1], 'PX', ARGV[1]) end`;

/** The name of a signal among those of all devices: wallets have no `:`, and identifiers have none either. */
const keyOf = ({ wallet, deviceId }: DeviceRef, signalId: string): string => `${wallet}:${deviceId}:${signalId}`;

/** Answers that go to Redis together, at most. */
const TOGETHER_MAX = 256;

/** Answers to signals, also of devices that move from node to node. */
export class SharedSignals {
  readonly #ask: Ask;
  readonly #prefix: string;
  readonly #local: SeenSignals;
  /** Texts for Redis, by their names: what comes in one turn of the event loop goes out together, which takes a fraction of the time. */
  #unsent = new Map<string, string>();

  /**
   * @param ask asks Redis
   * @param prefix of its keys
   * @param nowMs a monotonic clock, milliseconds
   */
  constructor(ask: Ask, prefix: string, nowMs: () => number) {
    this.#ask = ask;
    this.#prefix = prefix;
    this.#local = new SeenSignals(nowMs);
  }

  /**
   * Does what a signal asks for the first time that it comes to any node.
   *
   * @param mayBeElsewhere whether another node may have seen it; only then is Redis asked. While Redis does not answer, this node does not know.
   * @returns the first answer; `reused` where the signal came with another content
   */
  once<T>(
    from: DeviceRef,
    signalId: string,
    fingerprint: number,
    mayBeElsewhere: boolean,
    make: () => Maybe<T>,
  ): Maybe<T | 'reused'> {
    return this.#local.once<T>(from, signalId, fingerprint, () => {
      const key = keyOf(from, signalId);
      return mayBeElsewhere ? this.#askFirst(key, fingerprint, make) : this.#make(key, fingerprint, make);
    });
  }

  async #askFirst<T>(key: string, fingerprint: number, make: () => Maybe<T>): Promise<T | 'reused'> {
    const reply = await this.#ask(['GET', `${this.#prefix}:signal:${key}`]).catch(() => null);
    if (typeof reply !== 'string') return this.#make(key, fingerprint, make);
    const [known, answer] = JSON.parse(reply) as [number, T];
    return known === fingerprint ? answer : 'reused';
  }

  #make<T>(key: string, fingerprint: number, make: () => Maybe<T>): Maybe<T> {
    const answer = make();
    // Nobody waits for Redis: it is for a device that repeats a signal to another node, which takes a new connection.
    if (answer instanceof Promise) {
      answer.then(
        (made) => this.#remember(key, fingerprint, made),
        () => undefined,
      );
    } else {
      this.#remember(key, fingerprint, answer);
    }
    return answer;
  }

  #remember(key: string, fingerprint: number, answer: unknown): void {
    this.#unsent.set(`${this.#prefix}:signal:${key}`, JSON.stringify([fingerprint, answer]));
    if (this.#unsent.size === 1) setImmediate(() => this.#flush());
    else if (this.#unsent.size === TOGETHER_MAX) this.#flush();
  }

  #flush(): void {
    const [names, texts] = [[...this.#unsent.keys()], [...this.#unsent.values()]];
    if (names.length === 0) return;
    this.#unsent = new Map();
    const command = ['EVAL', REMEMBER, String(names.length), ...names, String(LIMITS.signalMemoryMs), ...texts];
    this.#ask(command).catch(() => undefined);
  }
}
