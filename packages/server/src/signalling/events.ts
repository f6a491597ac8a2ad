import { AnypathError } from '@anypath/protocol';
import type { Logger } from 'pino';
import type { Handlers } from '../socket/events.ts';
import { deprecate, type LegacyUse, modern } from '../socket/legacy.ts';
import type { Signalling } from './signalling.ts';

/**
 * The signals, and their deprecated form.
 *
 * @param legacy told of deprecated events; absent where they are switched off
 */
export const signallingEvents = (
  signalling: Signalling,
  legacy: LegacyUse | undefined,
  log: Logger,
): Pick<Handlers, 'rtc:offer' | 'rtc:answer' | 'rtc:candidate' | 'rtc:hangup' | 'signal'> => ({
  'rtc:offer': (socket, offer) => signalling.handle(socket, 'rtc:offer', offer),
  'rtc:answer': (socket, answer) => signalling.handle(socket, 'rtc:answer', answer),
  'rtc:candidate': (socket, candidate) => signalling.handle(socket, 'rtc:candidate', candidate),
  'rtc:hangup': (socket, hangup) => signalling.handle(socket, 'rtc:hangup', hangup),
  signal: (socket, legacySignal) => {
    if (!legacy) throw new AnypathError('unknown_event', OFF);
    deprecate(socket, 'signal', log, legacy);
    const { event, signal } = modern(socket.data.device.wallet, legacySignal);
    return signalling.handle(socket, event, signal);
  },
});

const OFF = 'signal is switched off; send rtc:offer, rtc:answer, rtc:candidate';
