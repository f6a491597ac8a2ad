import { LIMITS } from '@anypath/protocol';
import { dropOldest } from './drop-oldest.ts';
import type { DeviceRef } from './port.ts';

/** Wallets of which it is remembered that they lost a connection a moment ago; the oldest leave first. */
const MAX_WALLETS = 50_000;

/** Devices that lost their connection less than `signalWaitMs` ago, and may be back soon. */
export class Away {
  readonly #nowMs: () => number;
  /** Until when the devices of a wallet count as away; the wallet that lost a connection last at the end. */
  readonly #wallets = new Map<string, Map<string, number>>();
  #nextDropMs = 0;

  /** @param nowMs a monotonic clock, milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A device lost its last connection without a goodbye. */
  left({ wallet, deviceId }: DeviceRef): void {
    const untils = this.#wallets.get(wallet) ?? new Map<string, number>();
    const now = this.#nowMs();
    untils.set(deviceId, now + LIMITS.signalWaitMs);
    this.#wallets.delete(wallet);
    this.#wallets.set(wallet, untils);
    if (this.#wallets.size <= MAX_WALLETS && now < this.#nextDropMs) return;
    dropOldest(this.#wallets, (old) => [...old.values()].every((untilMs) => untilMs <= now), MAX_WALLETS);
    this.#nextDropMs = now + LIMITS.signalWaitMs / 4;
  }

  /** A device is connected. */
  forget({ wallet, deviceId }: DeviceRef): void {
    const untils = this.#wallets.get(wallet);
    if (untils?.delete(deviceId) && untils.size === 0) this.#wallets.delete(wallet);
  }

  /** Whether a device is away; any of the wallet where none is named. */
  has(wallet: string, deviceId?: string): boolean {
    const untils = this.#wallets.get(wallet);
    if (!untils) return false;
    const relevant = deviceId === undefined ? [...untils.values()] : [untils.get(deviceId) ?? 0];
    return relevant.some((untilMs) => untilMs > this.#nowMs());
  }
}
