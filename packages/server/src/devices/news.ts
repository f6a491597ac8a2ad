import { AnypathError, type DeviceList, LIMITS } from '@anypath/protocol';
import type { Bus } from '../bus/port.ts';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import type { Maybe } from '../maybe.ts';
import { Seldom } from '../seldom.ts';
import type { DeviceChange, Devices } from './devices.ts';

/** What changes are told with. */
export interface DeviceNewsParts {
  readonly devices: Pick<Devices, 'list'>;
  readonly bus: Pick<Bus, 'devicesOf'>;
  readonly acquaintances: Acquaintances;
  /** Tells every connection of some wallets. */
  readonly tell: (wallets: readonly string[], update: DeviceList) => void;
}

/**
 * Tells of changed devices: the wallet itself at once, and those of its mutual contacts who are online at most once in
 * `devicesEveryMs`, because a list can be a hundred kilobytes and the contacts thousands.
 */
export class DeviceNews {
  readonly #parts: DeviceNewsParts;
  readonly #seldom = new Seldom(LIMITS.devicesEveryMs, (wallet) => this.#tellContacts(wallet));

  constructor(parts: DeviceNewsParts) {
    this.#parts = parts;
  }

  /** Something is different now. A name is the wallet's own business, and contacts see it when they ask. */
  changed({ wallet, kind }: Pick<DeviceChange, 'wallet' | 'kind'>): void {
    void this.#tell(wallet, () => [wallet]);
    if (kind !== 'renamed') this.#seldom.do(wallet);
  }

  /** Tells nobody anything from now on. */
  close(): void {
    this.#seldom.close();
  }

  #tellContacts(wallet: string): void {
    const { bus, acquaintances } = this.#parts;
    void this.#tell(wallet, async () => {
      return [...(await acquaintances.mutualOf(wallet))].filter((other) => bus.devicesOf(other).length > 0);
    });
  }

  async #tell(wallet: string, whom: () => Maybe<readonly string[]>): Promise<void> {
    try {
      const wallets = await whom();
      const [anybody] = wallets;
      if (anybody === undefined) return;
      this.#parts.tell(wallets, { wallet, devices: await this.#parts.devices.list(wallet, anybody) });
    } catch (error) {
      // Whoever sends something to an old list is told that it is old.
      if (!(error instanceof AnypathError)) throw error;
    }
  }
}
