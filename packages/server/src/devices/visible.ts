import { AnypathError, type DeviceList } from '@anypath/protocol';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import type { Devices } from './devices.ts';

/**
 * The devices of a wallet, for somebody who asks.
 *
 * @param asker who asks: the wallet itself, or a mutual contact
 * @throws AnypathError `forbidden` for anybody else, whether there is such a wallet or not
 */
export async function visibleDevices(
  devices: Pick<Devices, 'list'>,
  acquaintances: Pick<Acquaintances, 'areMutual'>,
  asker: string,
  wallet: string = asker,
): Promise<DeviceList> {
  if (wallet !== asker && !(await acquaintances.areMutual(asker, wallet))) {
    throw new AnypathError('forbidden', `${wallet} is not a mutual contact`);
  }
  return { wallet, devices: await devices.list(wallet, asker) };
}
