import type { Sessions } from '../auth/sessions.ts';
import type { Bus, BusListener } from '../bus/port.ts';
import type { Presence } from '../presence/presence.ts';
import type { Pushes } from '../relay/pushes.ts';
import type { Signalling } from '../signalling/signalling.ts';
import type { SocketServer } from './connection.ts';
import type { Delivery } from './delivery.ts';
import { endHere } from './welcome.ts';

/** What hears of other nodes. */
export interface NodeEventParts {
  readonly presence: Pick<Presence, 'came' | 'went'>;
  readonly signalling: Pick<Signalling, 'joined'>;
  readonly delivery: Pick<Delivery, 'received'>;
  readonly pushes: Pick<Pushes, 'push' | 'acknowledged' | 'missed' | 'lookAgain'>;
}

/** What happens on other nodes, for the connections of this one. */
export function nodeEvents(
  io: SocketServer,
  { bus, sessions }: { readonly bus: Pick<Bus, 'rtcDevicesOf'>; readonly sessions: Pick<Sessions, 'refresh'> },
  { presence, signalling, delivery, pushes }: NodeEventParts,
): BusListener {
  return {
    came: (device) => {
      if (bus.rtcDevicesOf(device.wallet).includes(device.deviceId)) signalling.joined(device);
      presence.came(device);
    },
    went: (device, goodbye) => presence.went(device, goodbye),
    replaced: (_device, connection) => endHere(io, connection, 'replaced'),
    received: (to, parcel) => delivery.received(to, parcel),
    noticed: (wallet, notice) => {
      switch (notice.kind) {
        case 'arrival':
          return pushes.push({ wallet, keyIds: notice.keyIds, mail: notice.mail });
        case 'acknowledged':
          return pushes.acknowledged({ wallet, keyId: notice.keyId }, notice.positions);
        case 'missed':
          return void pushes.missed(wallet);
      }
    },
    restored: () => {
      void sessions.refresh();
      void pushes.lookAgain(io.of('/').sockets.values());
    },
  };
}
