import { LIMITS } from '@anypath/protocol';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Bus, DeviceRef, Limit, Taken } from './port.ts';

/** One connection of a device. */
interface Connected {
  readonly connection: string;
  readonly rtc: boolean;
}

/** Wallets of which it is remembered that they lost a connection a moment ago. */
const AWAY_MAX_WALLETS = 100_000;

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
  const online = new Map<string, Map<string, Connected>>();
  const away = new LRUCache<string, Map<string, number>>({ max: AWAY_MAX_WALLETS, ttl: LIMITS.signalWaitMs });
  const seen = new Map<string, Seen>();
  const limiters = new Map<string, RateLimiterMemory>();
  const nonces = new Map<string, number>();

  /** Entries stand in the order of their age, so the old ones are at the front. */
  function forget(now: number): void {
    for (const [key, entry] of seen) {
      if (entry.untilMs > now && seen.size <= LIMITS.signalMemoryMaxEntries) return;
      seen.delete(key);
    }
  }

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
      const now = nowMs();
      forget(now);
      const known = seen.get(key);
      if (known) return known.fingerprint === fingerprint ? (known.answer as T) : 'reused';
      const answer = make();
      seen.set(key, { fingerprint, answer, untilMs: now + LIMITS.signalMemoryMs });
      return answer;
    },
    take(limit, key) {
      const limiter = limiters.get(limit.name) ?? limiterOf(limit);
      limiters.set(limit.name, limiter);
      // The library rejects with what it resolves with, where nothing is left.
      return limiter.consume(key).then(
        (result) => taken(true, result),
        (result: unknown) => {
          if (result instanceof RateLimiterRes) return taken(false, result);
          throw result;
        },
      );
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

const limiterOf = ({ name, points, windowMs }: Limit): RateLimiterMemory =>
  new RateLimiterMemory({ keyPrefix: name, points, duration: windowMs / 1000 });

const taken = (ok: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Taken => {
  return { ok, remaining: remainingPoints, resetMs: msBeforeNext };
};
