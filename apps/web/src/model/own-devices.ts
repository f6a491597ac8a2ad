import type { Client, Device, ErrorCode } from '@anypath/client';
import { signal } from '@preact/signals';
import { codeOf } from './error-code.ts';

/** The devices of the signed-in person: what messages to them are sealed for. */
export class OwnDevices {
  /** The oldest first; `undefined` while they are not known. */
  readonly list = signal<readonly Device[] | undefined>(undefined);
  /** Names the one that this page runs on. */
  readonly here = signal<string | undefined>(undefined);
  /** Why the list could not be had, where it is not known. */
  readonly problem = signal<ErrorCode | undefined>(undefined);
  #client: Client | undefined;
  #stops: (() => void)[] = [];

  /** Nothing of them is kept here. */
  open(): void {}

  close(): void {
    this.detach();
  }

  /** Follows a client from now on. */
  attach(client: Client): void {
    this.#client = client;
    this.here.value = client.keyId;
    this.#stops = [
      client.on('devices', (devices) => {
        this.list.value = devices;
      }),
      client.on('online', (online) => {
        if (online) void this.refresh();
      }),
    ];
    void this.refresh();
  }

  /** Stops following the client. */
  detach(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#client = undefined;
    this.list.value = undefined;
    this.here.value = undefined;
    this.problem.value = undefined;
  }

  /** Asks the server for the list, with when each was connected last. */
  async refresh(): Promise<void> {
    this.problem.value = await this.#shown((client) => client.devices.list());
  }

  /** Names a device. Returns the code of what went wrong, or `undefined`. */
  rename(keyId: string, name: string): Promise<ErrorCode | undefined> {
    return this.#shown((client) => client.devices.rename(keyId, name.trim()));
  }

  /** Revokes a device. Returns the code of what went wrong, or `undefined`. */
  revoke(keyId: string): Promise<ErrorCode | undefined> {
    return this.#shown((client) => client.devices.revoke(keyId));
  }

  async #shown(ask: (client: Client) => Promise<readonly Device[]>): Promise<ErrorCode | undefined> {
    const client = this.#client;
    if (!client) return 'link_closed';
    try {
      const devices = await ask(client);
      if (client === this.#client) this.list.value = devices;
      return undefined;
    } catch (error) {
      return client === this.#client ? codeOf(error) : undefined;
    }
  }
}
