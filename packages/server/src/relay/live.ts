import { AnypathError, frameIsTooLarge, type RelayFrame } from '@anypath/protocol';
import type { Socket, SocketServer } from '../socket/connection.ts';
import { deviceRoom } from '../socket/rooms.ts';

/**
 * Forwards a frame of the live relay to one device. It is never stored; what waits for a slow reader is bounded.
 *
 * @throws AnypathError `payload_too_large`, `target_offline`, or `recipient_busy` where too much waits for the recipient
 */
export function relayFrame(io: SocketServer, socket: Socket, { to, toDevice, frame }: RelayFrame): void {
  if (frameIsTooLarge(frame)) throw new AnypathError('payload_too_large', 'a frame has at most 65536 bytes');
  const { wallet, deviceId } = socket.data.device;
  const room = io.of('/').adapter.rooms.get(deviceRoom(to, toDevice));
  const [id] = room ?? [];
  const recipient = id === undefined ? undefined : io.of('/').sockets.get(id);
  if (!recipient) throw new AnypathError('target_offline', `${to} is not online`);
  if (!recipient.data.queue.reserve(frame.byteLength)) throw new AnypathError('recipient_busy');
  recipient.emit('relay:frame', { to, toDevice, frame, from: wallet, fromDevice: deviceId });
}
