import {
  type Answer,
  AnypathError,
  CLIENT_EVENTS,
  type ClientEvent,
  type ClientPayload,
  ERRORS,
  type Failure,
} from '@anypath/protocol';
import type { Logger } from 'pino';
import * as v from 'valibot';
import type { Bus } from '../bus/port.ts';
import type { Flags } from '../flags/flags.ts';
import { faultOf } from '../http/body.ts';
import type { Limits } from '../http/limits.ts';
import { relayFrame } from '../relay/live.ts';
import { forwardSignal } from '../signalling/forward.ts';
import type { Socket, SocketServer } from './connection.ts';

/** What events are handled with. */
export interface EventParts {
  readonly bus: Bus;
  readonly limits: Limits;
  readonly flags: Flags;
  readonly log: Logger;
}

/** Handles everything that a socket sends: checks it, does it, answers it. In the order in which it came. */
export function listen(io: SocketServer, socket: Socket, parts: EventParts): void {
  socket.onAny(async (event: string, ...args: unknown[]) => {
    const answer = typeof args.at(-1) === 'function' ? (args.pop() as (result: Answer) => void) : undefined;
    const result = await attempt(io, socket, parts, event, args[0]);
    if (answer) answer(result);
    else if (!result.ok) socket.emit('rtc:error', { ...result, event: event.slice(0, 64), ...signalIdOf(args[0]) });
  });
}

async function attempt(
  io: SocketServer,
  socket: Socket,
  parts: EventParts,
  event: string,
  payload: unknown,
): Promise<Answer> {
  const { wallet, deviceId } = socket.data.device;
  try {
    const isFrame = event === 'relay:frame';
    // What is unknown or wrong counts, too.
    await parts.limits.take(isFrame ? 'frames' : 'signals', `${wallet}:${deviceId}`);
    if (!isClientEvent(event)) throw new AnypathError('unknown_event');
    const checked = v.safeParse(CLIENT_EVENTS[event], payload);
    if (!checked.success) throw new AnypathError('invalid_payload', faultOf(checked.issues));
    if (event !== 'relay:frame') {
      parts.flags.require('rtc.signal', wallet);
      return forwardSignal(io, socket, parts.bus, parts.log, event, checked.output as ClientPayload<typeof event>);
    }
    relayFrame(io, socket, checked.output as ClientPayload<'relay:frame'>);
    return { ok: true };
  } catch (error) {
    return refused(error, event, socket, parts.log);
  }
}

/** Logged once, here. Coming and going of the other side is everyday life and not worth a warning. */
function refused(error: unknown, event: string, socket: Socket, log: Logger): Failure {
  const known = error instanceof AnypathError ? error : new AnypathError('internal', undefined, { cause: error });
  const { wallet, deviceId } = socket.data.device;
  const line = { code: known.code, event: event.slice(0, 64), wallet, device: deviceId };
  if (known.code === 'internal') log.error({ ...line, err: error }, 'event failed');
  else log[ERRORS[known.code].retry ? 'debug' : 'warn'](line, 'event refused');
  return { ok: false, error: known.code, message: known.message };
}

const isClientEvent = (event: unknown): event is ClientEvent =>
  typeof event === 'string' && Object.hasOwn(CLIENT_EVENTS, event);

function signalIdOf(payload: unknown): { signalId?: string } {
  const signalId = (payload as { signalId?: unknown } | null | undefined)?.signalId;
  return typeof signalId === 'string' ? { signalId: signalId.slice(0, 64) } : {};
}
