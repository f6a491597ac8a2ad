import type { Forwarded, RelayFrame, RtcTaken, ServerToClient, SignalEvent } from '@anypath/protocol';
import type { Logger } from 'pino';
import type { DeviceRef } from '../bus/port.ts';
import type { Socket, SocketServer } from './connection.ts';
import { deviceRoom } from './rooms.ts';

/** Brings events to one device, and never keeps more for a slow reader than its queue holds. */
export interface Delivery {
  signal(to: DeviceRef, event: SignalEvent, signal: Forwarded<SignalEvent>): void;
  taken(to: DeviceRef, taken: RtcTaken): void;
  /** @returns why it could not be delivered, if so */
  frame(to: DeviceRef, frame: RelayFrame, from: DeviceRef): 'offline' | 'busy' | undefined;
}

/** About what an event takes beside its largest text. */
const OVERHEAD_BYTES = 512;

/**
 * @param legacy brings a signal to devices that know the deprecated event alone
 * @param isBehind whether messages wait for a connection that are not pushed to it
 */
export function createDelivery(
  io: SocketServer,
  log: Logger,
  legacy: (socket: Socket, event: SignalEvent, signal: Forwarded<SignalEvent>) => void,
  isBehind: (socket: Socket) => boolean,
): Delivery {
  const socketOf = ({ wallet, deviceId }: DeviceRef): Socket | undefined => {
    const [id] = io.of('/').adapter.rooms.get(deviceRoom(wallet, deviceId)) ?? [];
    return id === undefined ? undefined : io.of('/').sockets.get(id);
  };

  /** Signals are few; who does not read them does not read at all. */
  function emit<E extends keyof ServerToClient>(to: DeviceRef, event: E, payload: unknown, bytes: number): void {
    const socket = socketOf(to);
    if (!socket) return;
    if (socket.data.queue.reserve(bytes + OVERHEAD_BYTES)) {
      // Each event has one payload type, which TypeScript does not follow through the type parameter.
      (socket as { emit(event: string, payload: unknown): unknown }).emit(event, payload);
      return;
    }
    log.warn({ wallet: to.wallet, device: to.deviceId, code: 'recipient_busy' }, 'socket closed: it does not read');
    socket.disconnect(true);
  }

  return {
    signal: (to, event, signal) => {
      emit(to, event, signal, sizeOf(signal));
      const socket = socketOf(to);
      if (socket?.data.legacy) legacy(socket, event, signal);
    },
    taken: (to, taken) => emit(to, 'rtc:taken', taken, 0),
    frame: (to, frame, from) => {
      const socket = socketOf(to);
      if (!socket) return 'offline';
      if (!socket.data.queue.reserve(frame.frame.byteLength)) return 'busy';
      const behind = isBehind(socket) && ({ behind: true } as const);
      socket.emit('relay:frame', { ...frame, from: from.wallet, fromDevice: from.deviceId, ...behind });
      return undefined;
    },
  };
}

function sizeOf(signal: Forwarded<SignalEvent>): number {
  return 'sdp' in signal ? signal.sdp.sdp.length : 0;
}
