import { AnypathError, frameIsTooLarge, type RelayFrame } from '@anypath/protocol';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import type { Socket } from '../socket/connection.ts';
import type { Delivery } from '../socket/delivery.ts';
import type { Handlers } from '../socket/events.ts';

/** The live relay. */
export const liveEvents = (acquaintances: Acquaintances, delivery: Delivery): Pick<Handlers, 'relay:frame'> => ({
  'relay:frame': (socket, frame) => {
    relayFrame(socket, frame, acquaintances, delivery);
    return { ok: true };
  },
});

/**
 * Forwards a frame of the live relay to one device. It is never stored; what waits for a slow reader is bounded.
 *
 * @throws AnypathError `payload_too_large`, `forbidden`, `target_offline`, or `recipient_busy` where too much waits for the
 *   recipient
 */
function relayFrame(socket: Socket, frame: RelayFrame, acquaintances: Acquaintances, delivery: Delivery): void {
  const { device } = socket.data;
  if (frameIsTooLarge(frame.frame)) throw new AnypathError('payload_too_large', 'a frame has at most 65536 bytes');
  if (!acquaintances.areMutual(device.wallet, frame.to)) {
    throw new AnypathError('forbidden', `${frame.to} is not a mutual contact`);
  }
  const obstacle = delivery.frame({ wallet: frame.to, deviceId: frame.toDevice }, frame, device);
  if (obstacle === 'offline') throw new AnypathError('target_offline', `${frame.to} is not online`);
  if (obstacle === 'busy') throw new AnypathError('recipient_busy');
}
