import { LIMITS } from '@anypath/protocol';
import type { Bus, DeviceRef } from './port.ts';

interface Seen {
  readonly fingerprint: string;
  readonly answer: unknown;
  readonly untilMs: number;
}

/**
 * The bus of a single process.
 *
 * @param nowMs a monotonic clock, milliseconds
 */
export function createLocalBus(nowMs: () => number = () => performance.now()): Bus {
  const online = new Map<string, Map<string, string>>();
  const seen = new Map<string, Seen>();

  /** Entries stand in the order of their age, so the old ones are at the front. */
  function forget(now: number): void {
    for (const [key, entry] of seen) {
      if (entry.untilMs > now && seen.size <= LIMITS.signalMemoryMaxEntries) return;
      seen.delete(key);
    }
  }

  return {
    join({ wallet, deviceId }: DeviceRef, connection) {
      const devices = online.get(wallet) ?? new Map<string, string>();
      devices.delete(deviceId);
      devices.set(deviceId, connection);
      online.set(wallet, devices);
    },
    leave({ wallet, deviceId }, connection) {
      const devices = online.get(wallet);
      if (devices?.get(deviceId) !== connection) return false;
      devices.delete(deviceId);
      if (devices.size === 0) online.delete(wallet);
      return true;
    },
    devicesOf: (wallet) => [...(online.get(wallet)?.keys() ?? [])],
    wallets: () => online.keys(),
    once<T>(key: string, fingerprint: string, make: () => T): T | 'reused' {
      const now = nowMs();
      forget(now);
      const known = seen.get(key);
      if (known) return known.fingerprint === fingerprint ? (known.answer as T) : 'reused';
      const answer = make();
      seen.set(key, { fingerprint, answer, untilMs: now + LIMITS.signalMemoryMs });
      return answer;
    },
  };
}
