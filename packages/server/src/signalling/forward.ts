import { createHash } from 'node:crypto';
import {
  type Answer,
  AnypathError,
  type ClientPayload,
  convIdOf,
  type Forwarded,
  type SignalEvent,
} from '@anypath/protocol';
import type { Logger } from 'pino';
import type { Bus } from '../bus/port.ts';
import type { Socket, SocketServer } from '../socket/connection.ts';
import { deviceRoom, walletRoom } from '../socket/rooms.ts';

/**
 * Forwards an offer, answer or candidate (SPEC S4.1 to S4.3). A `signalId` that was seen is answered as the first was.
 *
 * @throws AnypathError `invalid_payload` for a `convId` that is not the two wallets', `signal_reused` for an identifier
 *   that came with another content
 */
export function forwardSignal<E extends SignalEvent>(
  io: SocketServer,
  socket: Socket,
  bus: Bus,
  log: Logger,
  event: E,
  signal: ClientPayload<E>,
): Answer {
  const { wallet, deviceId } = socket.data.device;
  if (signal.to === wallet) throw new AnypathError('invalid_payload', 'to: a signal goes to another wallet');
  if (signal.convId !== convIdOf(wallet, signal.to)) {
    throw new AnypathError('invalid_payload', 'convId: it is the two wallets, sorted and joined by ":"');
  }
  const fingerprint = createHash('sha256').update(event).update(JSON.stringify(signal)).digest('base64');
  const answer = bus.once(`${wallet}:${deviceId}:${signal.signalId}`, fingerprint, (): Answer => {
    const sent = send(io, bus, event, { ...signal, from: wallet, fromDevice: deviceId });
    if (event === 'rtc:offer') log.info({ from: wallet, to: signal.to, online: sent }, 'offer');
    if (sent) return { ok: true };
    return { ok: false, error: 'target_offline', message: `${signal.to} is not online` };
  });
  if (answer === 'reused') throw new AnypathError('signal_reused');
  return answer;
}

/** @returns whether the recipient is connected */
function send<E extends SignalEvent>(io: SocketServer, bus: Bus, event: E, signal: Forwarded<E>): boolean {
  const devices = bus.devicesOf(signal.to);
  if (signal.toDevice ? !devices.includes(signal.toDevice) : devices.length === 0) return false;
  const room = signal.toDevice ? deviceRoom(signal.to, signal.toDevice) : walletRoom(signal.to);
  // Each event has one payload type, which TypeScript does not follow through the type parameter.
  const target: { emit(event: string, signal: unknown): unknown } = io.to(room);
  target.emit(event, signal);
  return true;
}
