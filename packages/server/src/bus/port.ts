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
   */
  join(device: DeviceRef, connection: string): void;
  /** A connection ended. @returns whether the device is gone, and not just this connection of it */
  leave(device: DeviceRef, connection: string): boolean;
  /** The connected devices of a wallet, the one that connected last at the end. */
  devicesOf(wallet: string): readonly string[];
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
}
