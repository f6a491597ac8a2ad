import type { DeviceRef } from '../bus/port.ts';
import type { Socket } from './connection.ts';

/** The connections of this node by their devices, of which each has one. Rooms would do; to find a socket by them takes several times as long. */
export class Connections {
  readonly #wallets = new Map<string, Map<string, Socket>>();

  /** A device has a connection. @returns the older one whose place it takes */
  add(socket: Socket): Socket | undefined {
    const { wallet, deviceId } = socket.data.device;
    const devices = this.#wallets.get(wallet) ?? new Map<string, Socket>();
    const older = devices.get(deviceId);
    this.#wallets.set(wallet, devices.set(deviceId, socket));
    return older;
  }

  /** A connection has ended. */
  remove(socket: Socket): void {
    const { wallet, deviceId } = socket.data.device;
    const devices = this.#wallets.get(wallet);
    if (devices?.get(deviceId) !== socket) return;
    devices.delete(deviceId);
    if (devices.size === 0) this.#wallets.delete(wallet);
  }

  /** The connection of a device. */
  of({ wallet, deviceId }: DeviceRef): Socket | undefined {
    return this.#wallets.get(wallet)?.get(deviceId);
  }

  /** Those of all devices of a wallet. */
  ofWallet(wallet: string): Iterable<Socket> {
    return this.#wallets.get(wallet)?.values() ?? [];
  }
}
