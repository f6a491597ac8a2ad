import { LIMITS } from '@anypath/protocol';
import { LRUCache } from 'lru-cache';
import type { DeviceRef } from './port.ts';

/** Wallets of which it is remembered that they lost a connection a moment ago; the oldest leave first. */
const MAX_WALLETS = 50_000;

/** Devices that lost their connection less than `signalWaitMs` ago, and may be back soon. */
export class Away {
  readonly #nowMs: () => number;
  /** Until when the devices of a wallet count as away. */
  readonly #untils: LRUCache<string, Map<string, number>>;

  /** @param nowMs a monotonic clock, milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    const clock = { ttlResolution: 0, perf: { now: nowMs } };
    this.#untils = new LRUCache({ max: MAX_WALLETS, ttl: LIMITS.signalWaitMs, ...clock });
  }

  /** A device lost its last connection without a goodbye. */
  left({ wallet, deviceId }: DeviceRef): void {
    const untils = new Map(this.#untils.get(wallet)).set(deviceId, this.#nowMs() + LIMITS.signalWaitMs);
    this.#untils.set(wallet, untils);
  }

  /** A device is connected, or has said goodbye. */
  forget({ wallet, deviceId }: DeviceRef): void {
    this.#untils.get(wallet)?.delete(deviceId);
  }

  /** Whether a device is away; any of the wallet where none is named. */
  has(wallet: string, deviceId?: string): boolean {
    const untils = this.#untils.get(wallet);
    if (!untils) return false;
    const relevant = deviceId === undefined ? [...untils.values()] : [untils.get(deviceId) ?? 0];
    return relevant.some((untilMs) => untilMs > this.#nowMs());
  }
}
