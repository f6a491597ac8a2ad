import { type Answer, convIdOf } from '@anypath/protocol';
import { fixture } from '../signalling/sdp/fixtures.ts';
import type { TestSocket } from './test-server.ts';

/** An offer of Chromium with a data channel. */
export const OFFER_SDP = fixture('chromium-data-offer').sdp;
/** An answer of Chromium to it. */
export const ANSWER_SDP = fixture('chromium-data-answer').sdp;
/** A candidate as a browser writes one. */
export const CANDIDATE = {
  candidate: 'candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host',
  sdpMid: '0',
  sdpMLineIndex: 0,
};

/** A socket for which every event and every payload is possible, as for a client in another language. */
interface Untyped {
  emit(event: string, ...payload: unknown[]): void;
  emitWithAck(event: string, ...payload: unknown[]): Promise<Answer>;
  on(event: string, listener: (payload: unknown) => void): void;
}

/** The same socket without types. */
export const untyped = (socket: TestSocket): Untyped => socket as unknown as Untyped;

/** Sends anything at all, or nothing, and waits for the answer. */
export const ask = (socket: TestSocket, event: string, ...payload: unknown[]): Promise<Answer> =>
  untyped(socket).emitWithAck(event, ...payload);

/** The code of a refusal, or `ok`. */
export const codeOf = async (answer: Promise<Answer>): Promise<string> => {
  const given = await answer;
  return given.ok ? 'ok' : given.error;
};

/** Waits until everything that was sent to a socket before has arrived: the answer comes after it. */
export const settled = (socket: TestSocket): Promise<Answer> => ask(socket, 'contacts:list');

/** Every payload of some events that a socket hears. */
export function record<T = Record<string, unknown>>(socket: TestSocket, ...events: string[]): T[] {
  const seen: T[] = [];
  for (const event of events) untyped(socket).on(event, (payload) => void seen.push(payload as T));
  return seen;
}

/** Everything of some names that a socket hears, with the names. */
export function recordNamed(socket: TestSocket, ...events: string[]): [string, unknown][] {
  const seen: [string, unknown][] = [];
  for (const event of events) untyped(socket).on(event, (payload) => void seen.push([event, payload]));
  return seen;
}

let next = 0;

/** Where a signal goes, with a `signalId` of its own. */
export const to = (from: string, wallet: string, more: object = {}) => {
  return { convId: convIdOf(from, wallet), to: wallet, signalId: `s${next++}`, ...more };
};

export const offer = (from: string, wallet: string, more: object = {}) =>
  to(from, wallet, { sdp: { type: 'offer', sdp: OFFER_SDP }, ...more });

export const answer = (from: string, wallet: string, more: object = {}) =>
  to(from, wallet, { sdp: { type: 'answer', sdp: ANSWER_SDP }, ...more });

export const candidate = (from: string, wallet: string, more: object = {}) =>
  to(from, wallet, { candidate: CANDIDATE, ...more });
