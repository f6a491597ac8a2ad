import {
  type Answer,
  AnypathError,
  CLIENT_EVENTS,
  type ClientEvent,
  type ClientPayload,
  ERRORS,
  type Failure,
  type RateLimitName,
} from '@anypath/protocol';
import type { Logger } from 'pino';
import * as v from 'valibot';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import type { Contacts } from '../contacts/contacts.ts';
import { faultOf } from '../http/body.ts';
import type { Limits } from '../http/limits.ts';
import { relayFrame } from '../relay/live.ts';
import type { Signalling } from '../signalling/signalling.ts';
import type { Socket } from './connection.ts';
import type { Delivery } from './delivery.ts';
import { deprecate, type LegacyUse, modern } from './legacy.ts';
import { Patience } from './patience.ts';

/** What events are handled with. */
export interface EventParts {
  readonly limits: Limits;
  readonly acquaintances: Acquaintances;
  readonly contacts: Pick<Contacts, 'list' | 'change'>;
  readonly delivery: Delivery;
  readonly signalling: Signalling;
  /** What is told of deprecated events; absent where they are switched off. */
  readonly legacy: LegacyUse | undefined;
  readonly log: Logger;
}

/** Handles everything that a socket sends: checks it, does it, answers it. In the order in which it came. */
export function listen(socket: Socket, parts: EventParts): void {
  const patience = new Patience();
  socket.onAny(async (event: string, ...args: unknown[]) => {
    const answer = typeof args.at(-1) === 'function' ? (args.pop() as (result: Answer) => void) : undefined;
    const result = await attempt(socket, parts, event, args[0]);
    if (!result.ok) refused(result, event, socket, parts.log);
    if (answer) answer(result);
    else if (!result.ok) socket.emit('rtc:error', { ...result, event: event.slice(0, 64), ...signalIdOf(args[0]) });
    if (!result.ok && result.error === 'rate_limited' && patience.isOver(performance.now())) expel(socket, parts.log);
  });
}

/**
 * Does what an event asks for.
 *
 * @returns the answer; never rejects
 */
export async function attempt(socket: Socket, parts: EventParts, event: string, payload: unknown): Promise<Answer> {
  const { wallet, deviceId } = socket.data.device;
  try {
    // What is unknown or wrong counts, too.
    await parts.limits.take(limitOf(event), event.startsWith('contacts:') ? wallet : `${wallet}:${deviceId}`);
    if (!isClientEvent(event)) throw new AnypathError('unknown_event');
    const checked = v.safeParse(CLIENT_EVENTS[event], payload);
    if (!checked.success) throw new AnypathError('invalid_payload', faultOf(checked.issues));
    return await handle(socket, parts, event, checked.output);
  } catch (error) {
    if (error instanceof AnypathError) return { ok: false, error: error.code, message: error.message };
    parts.log.error({ wallet, device: deviceId, event: event.slice(0, 64), err: error }, 'event failed');
    return { ok: false, error: 'internal', message: ERRORS.internal.advice };
  }
}

/** The schemas have been checked; TypeScript does not follow an event's payload through the union. */
function handle(
  socket: Socket,
  parts: EventParts,
  event: ClientEvent,
  payload: ClientPayload<ClientEvent>,
): Answer | Promise<Answer> {
  if (event === 'relay:frame') {
    relayFrame(socket, payload as ClientPayload<'relay:frame'>, parts.acquaintances, parts.delivery);
    return { ok: true };
  }
  if (event === 'contacts:list' || event === 'contacts:change') return contactsAnswer(socket, parts, event, payload);
  if (event !== 'signal') return parts.signalling.handle(socket, event, payload as ClientPayload<typeof event>);
  if (!parts.legacy)
    throw new AnypathError('unknown_event', 'signal is switched off; send rtc:offer, rtc:answer, rtc:candidate');
  deprecate(socket, event, parts.log, parts.legacy);
  const { event: current, signal } = modern(socket.data.device.wallet, payload as ClientPayload<'signal'>);
  return parts.signalling.handle(socket, current, signal);
}

/** The contacts over the socket, for clients whose tokens are not accepted on the HTTP routes. */
function contactsAnswer(
  socket: Socket,
  { contacts }: EventParts,
  event: 'contacts:list' | 'contacts:change',
  payload: unknown,
): Answer {
  const { wallet } = socket.data.device;
  if (event === 'contacts:list') return { ok: true, contacts: contacts.list(wallet) };
  const { action, wallet: peer } = payload as ClientPayload<'contacts:change'>;
  return { ok: true, ...contacts.change(wallet, action, peer) };
}

const limitOf = (event: string): RateLimitName => {
  if (event === 'relay:frame') return 'frames';
  return event.startsWith('contacts:') ? 'contacts' : 'signals';
};

/** Logged once, here. Coming and going of the other side is everyday life and not worth a warning. */
function refused({ error: code }: Failure, event: string, socket: Socket, log: Logger): void {
  if (code === 'internal') return;
  const { wallet, deviceId } = socket.data.device;
  log[ERRORS[code].retry ? 'debug' : 'warn'](
    { code, event: event.slice(0, 64), wallet, device: deviceId },
    'event refused',
  );
}

/** Who goes on for a minute does not heed what it is told. */
function expel(socket: Socket, log: Logger): void {
  const { wallet, deviceId } = socket.data.device;
  log.warn({ wallet, device: deviceId, code: 'rate_limited' }, 'socket closed: it floods');
  socket.emit('session:end', { error: 'rate_limited', message: ERRORS.rate_limited.advice });
  socket.disconnect(true);
}

const isClientEvent = (event: unknown): event is ClientEvent =>
  typeof event === 'string' && Object.hasOwn(CLIENT_EVENTS, event);

function signalIdOf(payload: unknown): { signalId?: string } {
  const signalId = (payload as { signalId?: unknown } | null | undefined)?.signalId;
  return typeof signalId === 'string' ? { signalId: signalId.slice(0, 64) } : {};
}
