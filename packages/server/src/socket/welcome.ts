import { ERRORS, type PresenceUpdate } from '@anypath/protocol';
import type { Logger } from 'pino';
import type { Bus } from '../bus/port.ts';
import { after } from '../maybe.ts';
import type { Presence } from '../presence/presence.ts';
import type { Signalling } from '../signalling/signalling.ts';
import type { Socket, SocketServer } from './connection.ts';
import type { Connections } from './connections.ts';
import { walletRoom } from './rooms.ts';

/** What a connection that comes or goes is told to. */
export interface WelcomeParts {
  readonly connections: Connections;
  readonly bus: Bus;
  readonly presence: Presence;
  /** Tells one socket who is online. */
  readonly show: (socket: Socket, update: PresenceUpdate) => void;
  readonly signalling: Signalling;
  readonly log: Logger;
}

/** A device is there: it takes the place of its older connection, hears who is online, and gets what waited for it. */
export function welcome(
  io: SocketServer,
  socket: Socket,
  { connections, bus, presence, signalling, show, log }: WelcomeParts,
): void {
  const { device, rtc } = socket.data;
  const { wallet, deviceId } = device;
  // Before the older one ends, so that its end is not taken for the device's.
  bus.join(device, socket.id, rtc);
  // A device has one connection; after a reload or a change of network the old one may not have noticed its end.
  const older = connections.add(socket);
  if (older) endHere(io, older.id, 'replaced');
  void socket.join(walletRoom(wallet));
  log.info({ wallet, device: deviceId, transport: socket.conn.transport.name }, 'online');
  socket.on('disconnect', (reason, detail) => {
    const oversized = isOversized(detail) ? { code: 'payload_too_large' as const } : {};
    log[oversized.code ? 'warn' : 'info']({ wallet, device: deviceId, reason, ...oversized }, 'socket closed');
    connections.remove(socket);
    const goodbye = GOODBYES.has(reason) && !socket.data.moving;
    if (bus.leave(device, socket.id, goodbye)) presence.went(device, goodbye);
  });
  socket.emit('session:start', { wallet, serverTime: Date.now() });
  const shown = showContacts(socket, { presence, show });
  // Whoever has an answer to its first event has been told by then who is online.
  if (shown) void socket.data.arriving.do(shown, () => undefined);
  if (rtc) signalling.joined(device);
  presence.came(device);
}

/** When it is tried again where the store does not answer, milliseconds. */
const SHOW_AGAIN_MS = 1_000;

/** Who is online of those that a wallet may see. @returns when it was shown, or failed, where that takes time; never rejects */
function showContacts(socket: Socket, parts: Pick<WelcomeParts, 'presence' | 'show'>): Promise<void> | undefined {
  if (!socket.connected) return undefined;
  const shown = after(parts.presence.snapshot(socket.data.device.wallet), (updates) => {
    for (const update of updates) parts.show(socket, update);
  });
  if (!(shown instanceof Promise)) return undefined;
  return shown.catch(() => {
    // The store has told the log.
    setTimeout(() => void showContacts(socket, parts), SHOW_AGAIN_MS).unref();
  });
}

/** Why a connection ends where somebody meant it; everything else may be the network. */
const GOODBYES: ReadonlySet<string> = new Set(['client namespace disconnect', 'server namespace disconnect']);

/** Tells every socket in a room that is connected to this node why its session is over, and closes it. */
export function endHere(io: SocketServer, room: string, error: 'replaced' | 'session_ended' | 'device_revoked'): void {
  io.local.to(room).emit('session:end', { error, message: ERRORS[error].advice });
  io.local.in(room).disconnectSockets(true);
}

/** `ws` closes with code 1009 for a packet over the limit; Engine.IO keeps only the text of its error. */
const isOversized = (detail: unknown): boolean =>
  detail instanceof Error && detail.message.includes('Max payload size exceeded');
