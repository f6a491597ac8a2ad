import { AnypathError, fromBase64Url, keyIdOf } from '@anypath/protocol';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import type { Socket } from '../socket/connection.ts';
import type { Handlers } from '../socket/events.ts';
import { keyRoom } from '../socket/rooms.ts';
import type { Devices } from './devices.ts';
import { visibleDevices } from './visible.ts';

type DeviceHandlers = Pick<Handlers, 'devices:register' | 'devices:list' | 'devices:rename' | 'devices:revoke'>;

/** The devices over the socket. A connection that has registered one belongs to it. */
export function deviceEvents(
  devices: Pick<Devices, 'keysOf' | 'list' | 'register' | 'rename' | 'revoke' | 'connected'>,
  acquaintances: Pick<Acquaintances, 'areMutual'>,
): DeviceHandlers {
  const own = (wallet: string) => visibleDevices(devices, acquaintances, wallet);
  return {
    'devices:register': async (socket, registration) => {
      const { wallet } = socket.data.device;
      refuseAnother(socket, await keyIdOf(fromBase64Url(registration.publicKey)));
      const keyId = await devices.register(wallet, registration);
      bind(socket, keyId, await devices.keysOf(wallet), devices);
      return { ok: true, keyId, ...(await own(wallet)) };
    },
    'devices:list': async ({ data }, { wallet }) => ({
      ok: true,
      ...(await visibleDevices(devices, acquaintances, data.device.wallet, wallet)),
    }),
    'devices:rename': async ({ data }, rename) => {
      await devices.rename(data.device.wallet, rename);
      return { ok: true, ...(await own(data.device.wallet)) };
    },
    'devices:revoke': async ({ data }, { keyId }) => {
      await devices.revoke(data.device.wallet, keyId);
      return { ok: true, ...(await own(data.device.wallet)) };
    },
  };
}

/** What waits for a device is pushed to its connections, so none can change its device. */
function refuseAnother({ data }: Socket, keyId: string): void {
  if (data.keyId === undefined || data.keyId === keyId) return;
  throw new AnypathError('invalid_payload', 'publicKey: this connection belongs to another device');
}

function bind(socket: Socket, keyId: string, keys: readonly string[], devices: Pick<Devices, 'connected'>): void {
  const { wallet } = socket.data.device;
  // While the key and the proof were checked, the connection may have ended, or another event of it or of others come first.
  refuseAnother(socket, keyId);
  if (!keys.includes(keyId)) throw new AnypathError('device_revoked');
  if (!socket.connected || socket.data.keyId === keyId) return;
  socket.data.keyId = keyId;
  void socket.join(keyRoom(wallet, keyId));
  socket.once('disconnect', devices.connected(wallet, keyId));
}
