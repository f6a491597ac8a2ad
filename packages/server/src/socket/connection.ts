import type { ClientToServer, ServerToClient } from '@anypath/protocol';
import type { DefaultEventsMap, Socket as IoSocket, Server } from 'socket.io';
import type { Identity } from '../auth/authenticate.ts';
import type { DeviceRef } from '../bus/port.ts';
import type { InOrder } from '../in-order.ts';
import type { OutboundQueue } from './outbound-queue.ts';

/** What a socket carries: who it is, and how much waits for it to read. */
export interface SocketData {
  device: DeviceRef;
  /** Name of the device, also among those of other wallets. Made once: V8 keeps the hash of a text with it. */
  deviceName: string;
  identity: Identity;
  /**
   * The key of the device that it belongs to, once that is registered; it stays the same then. Without one it reads the mailbox
   * of a wallet that has no devices.
   */
  keyId: string | undefined;
  queue: OutboundQueue;
  /** Its events are looked at in the order in which they came. */
  arriving: InOrder;
  /** What it sends to others leaves in the order in which it came. */
  leaving: InOrder;
  /** Whether the device can and wants to use WebRTC. */
  rtc: boolean;
  /** Whether it may need the deprecated events. */
  wantsLegacy: boolean;
  /** Whether it has used one. */
  legacy: boolean;
  /** Whether it has been told so. */
  warned: boolean;
  /** Whether it was told to move to another node: it does not leave for good then. */
  moving?: true;
}

/** The Socket.IO server, typed. */
export type SocketServer = Server<ClientToServer, ServerToClient, DefaultEventsMap, SocketData>;
/** One connection of a device, typed. */
export type Socket = IoSocket<ClientToServer, ServerToClient, DefaultEventsMap, SocketData>;

/** Room of every socket of a session, so that they all end with it. */
export const sessionRoom = (sessionId: string): string => `session:${sessionId}`;
