import { type ClientEvent, type ClientPayload, type Device, DeviceList } from '@anypath/protocol';
import { parsed } from './http.ts';
import { type Asking, ask } from './socket.ts';

/**
 * The devices of our wallet, the oldest first: what messages to us are sealed for. All tabs of one browser are one device.
 *
 * Every change, also by another device of ours, is told by the client's event `devices`. Changes of a time without connection
 * are not: ask for the list again when the client's event `online` says `true`.
 *
 * Each method throws AnypathError: the server's refusal, such as `device_unknown` or `rate_limited`; `unreachable` where no answer
 * came, and then it is not known whether the change was made.
 */
export class Devices {
  readonly #socket: Asking;

  /** @internal A client has its own. */
  constructor(socket: Asking) {
    this.#socket = socket;
  }

  /** Our devices, with when each was connected last. */
  list(): Promise<readonly Device[]> {
    return this.#ask('devices:list', {});
  }

  /**
   * Names one of our devices.
   *
   * @param name one line for people, 1 to 64 characters
   * @returns our devices after it
   */
  rename(keyId: string, name: string): Promise<readonly Device[]> {
    return this.#ask('devices:rename', { keyId, name });
  }

  /**
   * Revokes one of our devices, such as one that was lost: it is disconnected, what waits for it is removed, and its key is refused
   * from then on. What it has received stays on it, and it can sign in as a new device where its session goes on.
   *
   * @returns our devices after it
   */
  revoke(keyId: string): Promise<readonly Device[]> {
    return this.#ask('devices:revoke', { keyId });
  }

  /**
   * The devices of a mutual contact.
   *
   * @throws AnypathError also `forbidden` for anybody else, whether there is such a wallet or not
   */
  of(wallet: string): Promise<readonly Device[]> {
    return this.#ask('devices:list', { wallet });
  }

  async #ask<E extends Extract<ClientEvent, 'devices:list' | 'devices:rename' | 'devices:revoke'>>(
    event: E,
    payload: ClientPayload<E>,
  ): Promise<readonly Device[]> {
    return parsed(DeviceList, await ask(this.#socket, event, payload)).devices;
  }
}
