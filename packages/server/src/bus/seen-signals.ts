import { LIMITS } from '@anypath/protocol';
import type { Maybe } from '../maybe.ts';
import { type DeviceRef, OK } from './port.ts';

/**
 * What is known of a signal: the fingerprint of its content, with its answer where that is not the usual one. A number takes no memory of
 * its own in a map of V8.
 */
type Seen = number | { readonly fingerprint: number; readonly answer: unknown };

/** The signals of one device, by their names: those of the current generation, and those of the one before. */
interface Memory {
  readonly generation: number;
  readonly current: Map<string, Seen>;
  readonly previous: ReadonlyMap<string, Seen>;
}

const NOTHING: ReadonlyMap<string, Seen> = new Map();

/**
 * Answers to signals, remembered for `signalMemoryMs` at least and twice as long at most, so that a repeated one is answered as the first
 * was. They are forgotten a generation at a time: what is kept for each of them, and taken away again one by one, takes longer than
 * everything else that is done for a signal here.
 */
export class SeenSignals {
  readonly #nowMs: () => number;
  /** By wallet and device: a name made of the three takes twice the memory, for every signal. */
  readonly #wallets = new Map<string, Map<string, Memory>>();
  #generation = 0;
  /** Signals of the current generation. */
  #size = 0;
  /** When the current generation is over. */
  #endsMs = Number.NEGATIVE_INFINITY;

  /** @param nowMs a monotonic clock, milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * Does a thing the first time that it is asked for.
   *
   * @param from who sent the signal
   * @param signalId its name
   * @param fingerprint of its content
   * @param make does it; where it throws or rejects, nothing is remembered
   * @returns its answer, also while that is still being made; `reused` where the name came with another content, or `make` says so
   */
  once<T>(
    from: DeviceRef,
    signalId: string,
    fingerprint: number,
    make: () => Maybe<T | 'reused'>,
  ): Maybe<T | 'reused'> {
    this.#forgetOld();
    const memory = this.#memoryOf(from);
    const known = memory.current.get(signalId) ?? memory.previous.get(signalId);
    if (known !== undefined) return fingerprintOf(known) === fingerprint ? (answerOf(known) as Maybe<T>) : 'reused';
    const { current } = memory;
    const answer = make();
    const seen = answer === OK ? fingerprint : { fingerprint, answer };
    current.set(signalId, seen);
    this.#size++;
    if (answer instanceof Promise) {
      const forget = () => current.get(signalId) === seen && current.delete(signalId);
      answer.then((made) => made === 'reused' && forget(), forget);
    }
    return answer;
  }

  #memoryOf({ wallet, deviceId }: DeviceRef): Memory {
    const generation = this.#generation;
    const devices = this.#wallets.get(wallet) ?? new Map<string, Memory>();
    const known = devices.get(deviceId);
    if (known?.generation === generation) return known;
    const previous = known?.generation === generation - 1 ? known.current : NOTHING;
    const memory = { generation, current: new Map<string, Seen>(), previous };
    this.#wallets.set(wallet, devices.set(deviceId, memory));
    return memory;
  }

  #forgetOld(): void {
    const nowMs = this.#nowMs();
    const isOver = nowMs >= this.#endsMs;
    if (!isOver && this.#size < LIMITS.signalMemoryMaxEntries / 2) return;
    const isLongOver = nowMs >= this.#endsMs + LIMITS.signalMemoryMs;
    this.#endsMs = (isOver && !isLongOver ? this.#endsMs : nowMs) + LIMITS.signalMemoryMs;
    this.#size = 0;
    // Two at once where also those of the current one are too old.
    this.#generation += isLongOver ? 2 : 1;
    this.#dropSilent();
  }

  /** Devices of which nothing is remembered any more. */
  #dropSilent(): void {
    for (const [wallet, devices] of this.#wallets) {
      for (const [deviceId, { generation }] of devices) {
        if (generation < this.#generation - 1) devices.delete(deviceId);
      }
      if (devices.size === 0) this.#wallets.delete(wallet);
    }
  }
}

const fingerprintOf = (seen: Seen): number => (typeof seen === 'number' ? seen : seen.fingerprint);

const answerOf = (seen: Seen): unknown => (typeof seen === 'number' ? OK : seen.answer);
