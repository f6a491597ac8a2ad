import { Away } from './away.ts';
import { LocalLimits } from './local-limits.ts';
import { LocalNonces } from './local-nonces.ts';
import { LocalNotes } from './local-notes.ts';
import type { Bus, DeviceRef } from './port.ts';
import { SeenSignals } from './seen-signals.ts';

/** One connection of a device. */
interface Connected {
  readonly connection: string;
  readonly rtc: boolean;
}

/**
 * The bus of a single process: there are no other nodes, and everything answers at once.
 *
 * @param nowMs a monotonic clock, milliseconds
 */
export function createLocalBus(nowMs: () => number = () => performance.now()): Bus {
  const online = new Map<string, Map<string, Connected>>();
  const away = new Away(nowMs);
  const seen = new SeenSignals(nowMs);
  const limits = new LocalLimits(nowMs);
  const nonces = new LocalNonces(nowMs);

  return {
    join(device: DeviceRef, connection, rtc) {
      const { wallet, deviceId } = device;
      const devices = online.get(wallet) ?? new Map<string, Connected>();
      devices.delete(deviceId);
      devices.set(deviceId, { connection, rtc });
      online.set(wallet, devices);
      away.forget(device);
    },
    leave(device: DeviceRef, connection, goodbye) {
      const { wallet, deviceId } = device;
      const devices = online.get(wallet);
      if (devices?.get(deviceId)?.connection !== connection) return false;
      devices.delete(deviceId);
      if (devices.size === 0) online.delete(wallet);
      if (!goodbye) away.left(device);
      return true;
    },
    devicesOf: (wallet) => [...(online.get(wallet)?.keys() ?? [])],
    rtcDevicesOf: (wallet) => {
      const able: string[] = [];
      for (const [deviceId, { rtc }] of online.get(wallet) ?? []) if (rtc) able.push(deviceId);
      return able;
    },
    isAway: (wallet, deviceId) => away.has(wallet, deviceId),
    wallets: () => online.keys(),
    once: (from, signalId, fingerprint, make) => seen.once(from, signalId, fingerprint, make),
    take: (limit, key) => limits.take(limit, key),
    keepNonce: (nonce) => nonces.keep(nonce),
    takeNonce: (nonce) => nonces.take(nonce),
    notes: new LocalNotes(nowMs),
    send: () => 'offline',
    notify: () => undefined,
    listen: () => undefined,
    close: () => undefined,
  };
}
