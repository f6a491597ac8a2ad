import {
  type Answer,
  AnypathError,
  type ClientEvent,
  type ClientPayload,
  type ClientToServer,
  type Handshake,
  type ServerToClient,
  type Success,
} from '@anypath/protocol';
import { type Socket as IoSocket, io } from 'socket.io-client';

/** The typed Socket.IO connection. */
export type Socket = IoSocket<ServerToClient, ClientToServer>;

/** What can be asked: a socket, or the line that goes on when a socket is replaced. */
export interface Asking {
  timeout(ms: number): { emitWithAck(event: string, payload: unknown): Promise<unknown> };
}

/** A server that does not answer an event in this time has lost it: the connection was replaced under way. */
const ANSWER_TIMEOUT_MS = 3_000;
const SIGNAL_TRIES = 3;

/** Tells the server who connects. */
export type Present = (handshake: Handshake) => void;

/**
 * Opens the connection; it comes back by itself after the network failed, until it is closed.
 *
 * WebSocket is tried first and HTTP long-polling after it. The delays are short because a person waits: Socket.IO's
 * own (0.5 to 1.5 s) would be most of an interruption.
 *
 * @param withCredentials whether the browser's cookies go along to a server on another origin
 * @param introduce called at each connection; presents who we are, once that is known
 */
export function openSocket(url: string, withCredentials: boolean, introduce: (present: Present) => void): Socket {
  return io(url, {
    auth: introduce,
    withCredentials,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 2_000,
    timeout: 5_000,
    forceNew: true,
  });
}

/**
 * Leaves a connection without a word: another one is there for the same device. A goodbye may reach the server that has this one before it
 * hears of the other, and the device would look offline for a moment.
 */
export function abandon(socket: Socket): void {
  socket.io.reconnection(false);
  // Without its transport the socket has nothing to say goodbye by.
  socket.io.engine?.close();
  socket.close();
}

/**
 * Sends an event and waits for the server's answer.
 *
 * @returns the answer, with what was asked for
 * @throws AnypathError with the server's code, or `unreachable` where no answer came
 */
export async function ask<E extends ClientEvent>(
  socket: Asking,
  event: E,
  payload: ClientPayload<E>,
): Promise<Success> {
  let answer: Answer;
  try {
    answer = (await socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck(event, payload)) as Answer;
  } catch (cause) {
    throw new AnypathError('unreachable', 'the server did not answer in time', { cause });
  }
  if (!answer.ok) throw new AnypathError(answer.error, answer.message);
  return answer;
}

/**
 * Sends an event until the server has answered it, for events that may be repeated. The `signalId` of a signal stays the same,
 * so a repeated one is not forwarded twice.
 */
export async function askRepeatedly<E extends ClientEvent>(
  socket: Asking,
  event: E,
  payload: ClientPayload<E>,
): Promise<Success> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask(socket, event, payload);
    } catch (error) {
      const lost = error instanceof AnypathError && error.code === 'unreachable';
      if (!lost || tries >= SIGNAL_TRIES) throw error;
    }
  }
}
