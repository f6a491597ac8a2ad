import type { Maybe } from '../maybe.ts';

/** One connected device. */
export interface DeviceRef {
  readonly wallet: string;
  readonly deviceId: string;
}

/** What every process must agree on and a restart may forget: who is online, and which signals were seen. */
export interface Bus {
  /**
   * A device's connection came up.
   *
   * @param connection names the connection; a later one of the same device takes its place
   * @param rtc whether the device can and wants to use WebRTC
   */
  join(device: DeviceRef, connection: string, rtc: boolean): void;
  /**
   * A connection ended.
   *
   * @param goodbye whether it was ended on purpose; without, the device counts as away for `signalWaitMs`
   * @returns whether the device is gone, and not just this connection of it
   */
  leave(device: DeviceRef, connection: string, goodbye: boolean): boolean;
  /** The connected devices of a wallet, the one that connected last at the end. */
  devicesOf(wallet: string): readonly string[];
  /** Those of them that can and want to use WebRTC. */
  rtcDevicesOf(wallet: string): readonly string[];
  /** Whether a device, or any of a wallet, lost its connection a moment ago and may be back soon. */
  isAway(wallet: string, deviceId?: string): boolean;
  /** Wallets that are online. */
  wallets(): Iterable<string>;
  /**
   * Remembers the answer to a signal for a while.
   *
   * @param key who sent it and its `signalId`
   * @param fingerprint of its content
   * @param make does what the signal asks for and gives the answer; called only the first time
   * @returns the first answer, or `reused` where the key came with another content
   */
  once<T>(key: string, fingerprint: string, make: () => T): T | 'reused';
  /**
   * Counts one use against a rate limit.
   *
   * @param limit what is limited: its name, and how many uses a window has
   * @param key who uses it
   */
  take(limit: Limit, key: string): Maybe<Taken>;
  /** Remembers a nonce of the wallet sign-in for `LIMITS.nonceMs`; the oldest leave first where there are too many. */
  keepNonce(nonce: string): void;
  /** Uses a nonce up. @returns whether it was known, had not expired, and was used by nobody else */
  takeNonce(nonce: string): boolean;
}

/** A rate limit. */
export interface Limit {
  readonly name: string;
  readonly points: number;
  readonly windowMs: number;
}

/** What is left of a rate limit after a use. */
export interface Taken {
  /** Whether the use is within the limit. */
  readonly ok: boolean;
  readonly remaining: number;
  /** When the window ends, milliseconds from now. */
  readonly resetMs: number;
}
