import {
  AnypathError,
  type ClientPayload,
  convIdOf,
  type Forwarded,
  type LegacyPresence,
  type LegacySignal,
  type PresenceUpdate,
  type SignalEvent,
} from '@anypath/protocol';
import type { Logger } from 'pino';
import type { Socket } from './connection.ts';

/** What an old client should listen for. */
const INSTEAD_OF_PRESENCE = 'presence:update';
const INSTEAD_OF_SIGNAL = 'rtc:offer, rtc:answer and rtc:candidate';

/** Told of each use of a deprecated event, for the operator. */
export type LegacyUse = (event: string) => void;

/**
 * The current event of a deprecated `signal` (SPEC S4.7).
 *
 * @throws AnypathError `invalid_payload` where it is neither offer nor answer nor candidate
 */
export function modern(from: string, legacy: LegacySignal): { event: SignalEvent; signal: ClientPayload<SignalEvent> } {
  const { to, convId = convIdOf(from, to), signalId = crypto.randomUUID(), toDevice, sdp, candidate } = legacy;
  const address = { to, convId, signalId, ...(toDevice === undefined ? {} : { toDevice }) };
  if (sdp?.type === 'offer')
    return { event: 'rtc:offer', signal: { ...address, sdp: { type: 'offer', sdp: sdp.sdp } } };
  if (sdp) return { event: 'rtc:answer', signal: { ...address, sdp: { type: 'answer', sdp: sdp.sdp } } };
  if (candidate) return { event: 'rtc:candidate', signal: { ...address, candidate } };
  throw new AnypathError('invalid_payload', 'signal: it has sdp or candidate');
}

/** Tells a client once that it uses something old, and remembers that it does. */
export function deprecate(socket: Socket, event: string, log: Logger, used: LegacyUse): void {
  used(event);
  if (socket.data.warned) return;
  socket.data.warned = true;
  socket.data.legacy = true;
  const { wallet, deviceId } = socket.data.device;
  log.warn({ wallet, device: deviceId, event }, 'a client uses a deprecated event');
  socket.emit('deprecation', { event, instead: INSTEAD_OF_SIGNAL });
}

/** A signal as old clients know it. A hang-up had no event then. */
export function signalToLegacy(socket: Socket, event: SignalEvent, signal: Forwarded<SignalEvent>): void {
  if (event === 'rtc:hangup') return;
  (socket as unknown as { emit(event: 'signal', signal: unknown): void }).emit('signal', signal);
}

/** Presence as old clients know it, with the notice that it will end. */
export function tellLegacyPresence(socket: Socket, { wallet, online }: PresenceUpdate): void {
  if (!socket.data.wantsLegacy) return;
  const presence: LegacyPresence = { wallet, online, deprecated: `use ${INSTEAD_OF_PRESENCE}` };
  socket.emit('presence', presence);
  socket.emit(online ? 'user_connected' : 'user_disconnected', presence);
}
