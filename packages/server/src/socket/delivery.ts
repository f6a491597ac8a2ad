import type { Forwarded, RelayFrame, RtcTaken, ServerToClient, SignalEvent } from '@anypath/protocol';
import type { Logger } from 'pino';
import type { Bus, DeviceRef, Obstacle, Parcel } from '../bus/port.ts';
import type { Maybe } from '../maybe.ts';
import type { Socket } from './connection.ts';
import type { Connections } from './connections.ts';

/** Brings events to one device, on whichever node it is, and never keeps more for a slow reader than its queue holds. */
export interface Delivery {
  /** @returns why it could not be delivered, if so */
  signal(to: DeviceRef, event: SignalEvent, signal: Forwarded<SignalEvent>): Maybe<Obstacle>;
  taken(to: DeviceRef, taken: RtcTaken): void;
  /** @returns why it could not be delivered, if so */
  frame(to: DeviceRef, frame: RelayFrame, from: DeviceRef): Maybe<Obstacle>;
  /** Delivers what another node has handed over, to a connection of this one alone. */
  received(to: DeviceRef, parcel: Parcel): Obstacle;
}

/** What deliveries are made with. */
export interface DeliveryParts {
  readonly connections: Pick<Connections, 'of'>;
  readonly bus: Pick<Bus, 'send'>;
  readonly log: Logger;
  /** Brings a signal to devices that know the deprecated event alone. */
  readonly legacy: (socket: Socket, event: SignalEvent, signal: Forwarded<SignalEvent>) => void;
  /** Whether messages wait for a connection that are not pushed to it. */
  readonly isBehind: (socket: Socket) => boolean;
}

/** About what an event takes beside its largest text. */
const OVERHEAD_BYTES = 512;

/** Delivers to the connections of this node, and through the bus to those of the others. */
export function createDelivery({ connections, bus, log, legacy, isBehind }: DeliveryParts): Delivery {
  /** Signals are few; who does not read them does not read at all. */
  function emit<E extends keyof ServerToClient>(socket: Socket, event: E, payload: unknown, bytes: number): void {
    if (socket.data.queue.reserve(bytes + OVERHEAD_BYTES)) {
      // Each event has one payload type, which TypeScript does not follow through the type parameter.
      (socket as { emit(event: string, payload: unknown): unknown }).emit(event, payload);
      return;
    }
    const { wallet, deviceId } = socket.data.device;
    log.warn({ wallet, device: deviceId, code: 'recipient_busy' }, 'socket closed: it does not read');
    socket.disconnect(true);
  }

  function signal(socket: Socket, event: SignalEvent, content: Forwarded<SignalEvent>): Obstacle {
    emit(socket, event, content, sizeOf(content));
    if (socket.data.legacy) legacy(socket, event, content);
    return undefined;
  }

  function frame(socket: Socket, content: RelayFrame, from: DeviceRef): Obstacle {
    if (!socket.data.queue.reserve(content.frame.byteLength)) return 'busy';
    const behind = isBehind(socket) && ({ behind: true } as const);
    socket.emit('relay:frame', { ...content, from: from.wallet, fromDevice: from.deviceId, ...behind });
    return undefined;
  }

  function received(to: DeviceRef, parcel: Parcel): Obstacle {
    const socket = connections.of(to);
    if (!socket) return 'offline';
    switch (parcel.kind) {
      case 'signal':
        return signal(socket, parcel.event, parcel.signal);
      case 'frame':
        return frame(socket, parcel.frame, parcel.from);
      case 'taken':
        return void emit(socket, 'rtc:taken', parcel.taken, 0);
    }
  }

  return {
    signal: (to, event, content) => {
      const socket = connections.of(to);
      return socket ? signal(socket, event, content) : bus.send(to, { kind: 'signal', event, signal: content });
    },
    taken: (to, taken) => {
      const socket = connections.of(to);
      if (socket) emit(socket, 'rtc:taken', taken, 0);
      else void bus.send(to, { kind: 'taken', taken });
    },
    frame: (to, content, from) => {
      const socket = connections.of(to);
      return socket ? frame(socket, content, from) : bus.send(to, { kind: 'frame', frame: content, from });
    },
    received,
  };
}

function sizeOf(signal: Forwarded<SignalEvent>): number {
  return 'sdp' in signal ? signal.sdp.sdp.length : 0;
}
