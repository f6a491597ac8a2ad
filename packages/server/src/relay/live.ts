import { AnypathError, frameIsTooLarge, type RelayFrame } from '@anypath/protocol';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import { after, type Maybe } from '../maybe.ts';
import type { Socket } from '../socket/connection.ts';
import type { Delivery } from '../socket/delivery.ts';
import type { Handlers } from '../socket/events.ts';

/** The live relay. */
export const liveEvents = (acquaintances: Acquaintances, delivery: Delivery): Pick<Handlers, 'relay:frame'> => ({
  'relay:frame': (socket, frame) => {
    return after(relayFrame(socket, frame, acquaintances, delivery), () => ({ ok: true }));
  },
});

/**
 * Forwards a frame of the live relay to one device. It is never stored; what waits for a slow reader is bounded.
 *
 * @throws AnypathError `payload_too_large`, `forbidden`, `target_offline`, or `recipient_busy` where too much waits for the
 *   recipient; rejects with it where something had to be asked
 */
function relayFrame(socket: Socket, frame: RelayFrame, acquaintances: Acquaintances, delivery: Delivery): Maybe<void> {
  const { device, leaving } = socket.data;
  if (frameIsTooLarge(frame.frame)) throw new AnypathError('payload_too_large', 'a frame has at most 65536 bytes');
  return leaving.do(acquaintances.areMutual(device.wallet, frame.to), (isMutual) => {
    if (!isMutual) throw new AnypathError('forbidden', `${frame.to} is not a mutual contact`);
    return after(delivery.frame({ wallet: frame.to, deviceId: frame.toDevice }, frame, device), (obstacle) => {
      if (obstacle === 'offline') throw new AnypathError('target_offline', `${frame.to} is not online`);
      if (obstacle === 'busy') throw new AnypathError('recipient_busy');
    });
  });
}
