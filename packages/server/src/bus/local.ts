import { LIMITS } from '@anypath/protocol';
import { LRUCache } from 'lru-cache';
import type { Bus, DeviceRef } from './port.ts';

/** One connection of a device. */
interface Connected {
  readonly connection: string;
  readonly rtc: boolean;
}

/** Windows of rate limits that are counted at the same time; the oldest leave first. */
const WINDOWS_MAX = 100_000;

/** Wallets of which it is remembered that they lost a connection a moment ago. */
const AWAY_MAX_WALLETS = 50_000;

interface Seen {
  readonly fingerprint: string;
  readonly answer: unknown;
}

/**
 * The bus of a single process.
 *
 * @param nowMs a monotonic clock, milliseconds
 */
export function createLocalBus(nowMs: () => number = () => performance.now()): Bus {
  const clock = { ttlResolution: 0, perf: { now: nowMs } };
  const online = new Map<string, Map<string, Connected>>();
  const away = new LRUCache<string, Map<string, number>>({
    max: AWAY_MAX_WALLETS,
    ttl: LIMITS.signalWaitMs,
    ...clock,
  });
  const seen = new LRUCache<string, Seen>({ max: LIMITS.signalMemoryMaxEntries, ttl: LIMITS.signalMemoryMs, ...clock });
  const windows = new LRUCache<string, number>({ max: WINDOWS_MAX, ttl: 1, ...clock });
  const nonces = new Map<string, number>();

  return {
    join({ wallet, deviceId }: DeviceRef, connection, rtc) {
      const devices = online.get(wallet) ?? new Map<string, Connected>();
      devices.delete(deviceId);
      devices.set(deviceId, { connection, rtc });
      online.set(wallet, devices);
      away.get(wallet)?.delete(deviceId);
    },
    leave({ wallet, deviceId }, connection, goodbye) {
      const devices = online.get(wallet);
      if (devices?.get(deviceId)?.connection !== connection) return false;
      devices.delete(deviceId);
      if (devices.size === 0) online.delete(wallet);
      if (!goodbye) away.set(wallet, new Map(away.get(wallet)).set(deviceId, nowMs() + LIMITS.signalWaitMs));
      return true;
    },
    devicesOf: (wallet) => [...(online.get(wallet)?.keys() ?? [])],
    rtcDevicesOf: (wallet) => {
      const devices = [...(online.get(wallet) ?? [])];
      return devices.filter(([, { rtc }]) => rtc).map(([deviceId]) => deviceId);
    },
    isAway: (wallet, deviceId) => {
      const untils = away.get(wallet);
      if (!untils) return false;
      const relevant = deviceId === undefined ? [...untils.values()] : [untils.get(deviceId) ?? 0];
      return relevant.some((untilMs) => untilMs > nowMs());
    },
    wallets: () => online.keys(),
    once<T>(key: string, fingerprint: string, make: () => T): T | 'reused' {
      const known = seen.get(key);
      if (known) return known.fingerprint === fingerprint ? (known.answer as T) : 'reused';
      const answer = make();
      seen.set(key, { fingerprint, answer });
      return answer;
    },
    take({ name, points, windowMs }, key) {
      const counted = `${name} ${key}`;
      const used = (windows.get(counted) ?? 0) + 1;
      // The window ends when the first use of it has become old.
      windows.set(counted, used, used === 1 ? { ttl: windowMs } : { noUpdateTTL: true });
      return { ok: used <= points, remaining: Math.max(0, points - used), resetMs: windows.getRemainingTTL(counted) };
    },
    keepNonce(nonce) {
      const now = nowMs();
      for (const [old, untilMs] of nonces) {
        if (untilMs > now && nonces.size < LIMITS.nonceMaxEntries) break;
        nonces.delete(old);
      }
      nonces.set(nonce, now + LIMITS.nonceMs);
    },
    takeNonce(nonce) {
      const untilMs = nonces.get(nonce) ?? 0;
      return nonces.delete(nonce) && untilMs > nowMs();
    },
  };
}
