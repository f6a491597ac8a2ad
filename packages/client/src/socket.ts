import {
  type Answer,
  AnypathError,
  type ClientEvent,
  type ClientPayload,
  type ClientToServer,
  isErrorCode,
  type ServerToClient,
} from '@anypath/protocol';
import { type Socket as IoSocket, io } from 'socket.io-client';

/** The typed Socket.IO connection. */
export type Socket = IoSocket<ServerToClient, ClientToServer>;

/** A server that does not answer an event in this time has lost it: the connection was replaced under way. */
const ANSWER_TIMEOUT_MS = 3_000;
const SIGNAL_TRIES = 3;

/**
 * Opens the connection; it keeps reconnecting by itself until it is closed.
 *
 * WebSocket is tried first and HTTP long-polling after it. The delays are short because a person waits: Socket.IO's
 * own (0.5 to 1.5 s) would be most of an interruption.
 */
export function openSocket(url: string, deviceId: string, token: () => Promise<string>): Socket {
  return io(url, {
    auth: (present) => {
      token().then(
        (value) => present({ token: value, deviceId }),
        () => present({ token: '', deviceId }),
      );
    },
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 2_000,
    timeout: 5_000,
    forceNew: true,
  });
}

/**
 * Sends an event and waits for the server's answer.
 *
 * @throws AnypathError with the server's code, or `unreachable` where no answer came
 */
export async function ask<E extends ClientEvent>(socket: Socket, event: E, payload: ClientPayload<E>): Promise<void> {
  let answer: Answer;
  try {
    // The event map pairs each name with its payload, which TypeScript does not follow through a type parameter.
    const send = socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck as unknown as (
      e: E,
      p: typeof payload,
    ) => Promise<Answer>;
    answer = await send.call(socket.timeout(ANSWER_TIMEOUT_MS), event, payload);
  } catch (cause) {
    throw new AnypathError('unreachable', 'the server did not answer in time', { cause });
  }
  if (!answer.ok) throw new AnypathError(answer.error, answer.message);
}

/**
 * Sends a signal until the server has answered it. The `signalId` stays the same, so a repeated one is not forwarded
 * twice.
 */
export async function askRepeatedly<E extends ClientEvent>(
  socket: Socket,
  event: E,
  payload: ClientPayload<E>,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask(socket, event, payload);
    } catch (error) {
      const lost = error instanceof AnypathError && error.code === 'unreachable';
      if (!lost || tries >= SIGNAL_TRIES) throw error;
    }
  }
}

/** The code that a refused connection carries; `undefined` for a network failure, which is retried. */
export function refusalOf(error: Error & { data?: unknown }): AnypathError | undefined {
  const code = (error.data as { error?: unknown } | undefined)?.error;
  return isErrorCode(code) ? new AnypathError(code, error.message) : undefined;
}
