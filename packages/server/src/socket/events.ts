import {
  type Answer,
  AnypathError,
  CLIENT_EVENTS,
  type ClientEvent,
  type ClientPayload,
  ERRORS,
  type ErrorCode,
  type Failure,
  type RateLimitName,
} from '@anypath/protocol';
import type { Logger } from 'pino';
import * as v from 'valibot';
import type { DeviceRef } from '../bus/port.ts';
import { faultOf } from '../http/body.ts';
import type { Limits } from '../http/limits.ts';
import { after, type Maybe } from '../maybe.ts';
import type { Socket } from './connection.ts';
import { Patience } from './patience.ts';

/** Does what an event asks for. @throws AnypathError what it is refused with */
export type Handler<E extends ClientEvent> = (socket: Socket, payload: ClientPayload<E>) => Maybe<Answer>;

/** What each event does. Every capability brings the handlers of its own events. */
export type Handlers = { readonly [E in ClientEvent]: Handler<E> };

/** What events are handled with. */
export interface EventParts {
  readonly limits: Limits;
  readonly handlers: Handlers;
  readonly log: Logger;
  /** Told the code of each refusal. */
  readonly refused: (code: ErrorCode) => void;
}

/** Handles everything that a socket sends: checks it, does it, answers it. In the order in which it came. */
export function listen(socket: Socket, parts: EventParts): void {
  const patience = new Patience();
  // Nothing comes after it: there are no listeners that Socket.IO would have to look for.
  socket.use(([event, ...args]: [event: string, ...args: unknown[]]) => {
    const last = args.at(-1);
    const answer = typeof last === 'function' ? (last as (result: Answer) => void) : undefined;
    const payload = args[0] === answer ? undefined : args[0];
    void after(attempt(socket, parts, event, payload), (result) => {
      if (result.ok) return answer?.(result);
      parts.refused(result.error);
      logRefusal(result, event, socket, parts.log);
      if (answer) answer(result);
      else socket.emit('rtc:error', { ...result, event: event.slice(0, 64), ...signalIdOf(payload) });
      if (result.error === 'rate_limited' && patience.isOver(performance.now())) expel(socket, parts.log);
    });
  });
}

/**
 * Does what an event asks for.
 *
 * @returns the answer; never rejects
 */
export function attempt(socket: Socket, parts: EventParts, event: string, payload: unknown): Maybe<Answer> {
  const { device, deviceName, arriving } = socket.data;
  try {
    // What is unknown or wrong counts, too.
    const limit = KNOWN_LIMITS.get(event) ?? limitOf(event);
    const use = parts.limits.take(limit, OF_WALLET.has(limit) ? device.wallet : deviceName);
    const answer = arriving.do(use, () => handle(socket, parts.handlers, event, payload));
    return answer instanceof Promise ? answer.catch((error) => failed(error, event, device, parts.log)) : answer;
  } catch (error) {
    return failed(error, event, device, parts.log);
  }
}

function failed(error: unknown, event: string, { wallet, deviceId }: DeviceRef, log: Logger): Failure {
  if (error instanceof AnypathError) return { ok: false, error: error.code, message: error.message };
  log.error({ wallet, device: deviceId, event: event.slice(0, 64), err: error }, 'event failed');
  return { ok: false, error: 'internal', message: ERRORS.internal.advice };
}

function handle(socket: Socket, handlers: Handlers, event: string, payload: unknown): Maybe<Answer> {
  if (!isClientEvent(event)) throw new AnypathError('unknown_event');
  const checked = v.safeParse(CLIENT_EVENTS[event], payload);
  if (!checked.success) throw new AnypathError('invalid_payload', faultOf(checked.issues));
  // The schemas have been checked; TypeScript does not follow an event's payload through the union.
  return (handlers[event] as Handler<ClientEvent>)(socket, checked.output);
}

/** The limits that are not those of signals, by the first word of the event, or by the whole. */
const LIMIT_OF: Readonly<Record<string, RateLimitName>> = {
  contacts: 'contacts',
  devices: 'devices',
  'session:check': 'frames',
  'rtc:report': 'reports',
  'relay:frame': 'frames',
  'relay:enqueue': 'mail',
  'relay:pull': 'mailbox',
  'relay:ack': 'mailbox',
};
/** Counted for the wallet, and together with the HTTP routes; the others for the device. */
const OF_WALLET: ReadonlySet<RateLimitName> = new Set(['contacts', 'devices', 'mail', 'mailbox', 'reports']);

function limitOf(event: string): RateLimitName {
  const key = Object.hasOwn(LIMIT_OF, event) ? event : (event.split(':')[0] ?? '');
  return Object.hasOwn(LIMIT_OF, key) ? (LIMIT_OF[key] ?? 'signals') : 'signals';
}

/** Of the events that there are, worked out once. */
const KNOWN_LIMITS: ReadonlyMap<string, RateLimitName> = new Map(
  Object.keys(CLIENT_EVENTS).map((event) => [event, limitOf(event)]),
);

/** Logged once, here. Coming and going of the other side is everyday life and not worth a warning. */
function logRefusal({ error: code }: Failure, event: string, socket: Socket, log: Logger): void {
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
