import { LIMITS } from '@anypath/protocol';
import type { DeviceRef } from '../bus/port.ts';

interface Waiter {
  /** Absent where any device of the wallet will do. */
  readonly deviceId: string | undefined;
  readonly deliver: (deviceId: string) => void;
  readonly settle: (delivered: boolean) => void;
}

/** Signals for devices that are between two connections: they wait for the next one, in their order. */
export class Waiting {
  readonly #waiters = new Map<string, Waiter[]>();

  /**
   * Waits for a device.
   *
   * @param deliver told the device, when it is there
   * @returns whether it came in time; at once where too much waits for it already
   */
  add(wallet: string, deviceId: string | undefined, deliver: (deviceId: string) => void): Promise<boolean> {
    const waiters = this.#waiters.get(wallet) ?? [];
    if (waiters.length >= LIMITS.signalWaitMaxEntries) return Promise.resolve(false);
    this.#waiters.set(wallet, waiters);
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), LIMITS.signalWaitMs).unref();
      const settle = (delivered: boolean) => {
        clearTimeout(timer);
        this.#remove(wallet, waiter);
        resolve(delivered);
      };
      const waiter: Waiter = { deviceId, deliver, settle };
      waiters.push(waiter);
    });
  }

  /** A device is there again. */
  joined({ wallet, deviceId }: DeviceRef): void {
    for (const waiter of [...(this.#waiters.get(wallet) ?? [])]) {
      if (waiter.deviceId !== undefined && waiter.deviceId !== deviceId) continue;
      waiter.deliver(deviceId);
      waiter.settle(true);
    }
  }

  #remove(wallet: string, waiter: Waiter): void {
    const rest = (this.#waiters.get(wallet) ?? []).filter((each) => each !== waiter);
    if (rest.length > 0) this.#waiters.set(wallet, rest);
    else this.#waiters.delete(wallet);
  }
}
