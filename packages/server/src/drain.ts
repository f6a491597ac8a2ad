import { type IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ERRORS } from '@anypath/protocol';
import { drainSchedule } from './drain-schedule.ts';
import { isKnown } from './socket/admission.ts';
import type { Socket, SocketServer } from './socket/connection.ts';

/** What a node that stops works with. */
export interface DrainParts {
  readonly io: SocketServer;
  /** Whether other nodes take over. Where there are none, time would only make the pause longer. */
  readonly hasOthers: boolean;
}

/**
 * How long a connection stays after it was told to move, milliseconds. Clients make the next one beside it meanwhile, and what was asked on
 * it is answered; those that do not know how are disconnected then, and come back by themselves.
 */
const STAY_MS = 500;

const END = { error: 'shutting_down', message: ERRORS.shutting_down.advice } as const;

const REFUSAL = 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** The orderly stop of a node: nothing new comes to it, and what it has moves to other nodes, one after the other. */
export class Drain {
  readonly #io: SocketServer;
  readonly #hasOthers: boolean;
  #isOn = false;

  constructor({ io, hasOthers }: DrainParts) {
    this.#io = io;
    this.#hasOthers = hasOthers;
    io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
      if (this.#isOn && !isKnown(request)) refuse(request, response);
      else next();
    });
    // Who was at the door already.
    io.on('connection', (socket) => {
      if (this.#isOn && hasOthers) void move(socket);
    });
  }

  /** Whether this node stops: `/readyz` says so to the front, and whatever else watches over it. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Has every socket move. Resolves when they have, or were disconnected; at once where there is nowhere to move to. */
  async run(): Promise<void> {
    this.#isOn = true;
    if (!this.#hasOthers) return void this.#io.local.emit('session:end', END);
    const sockets = [...this.#io.of('/').sockets.values()];
    const startedMs = performance.now();
    const moves: Promise<void>[] = [];
    for (const [index, atMs] of drainSchedule(sockets.length).entries()) {
      const waitMs = startedMs + atMs - performance.now();
      // What is due already is told in the same turn.
      if (waitMs > 0) await sleep(waitMs);
      const socket = sockets[index];
      if (socket?.connected) moves.push(move(socket));
    }
    await Promise.all(moves);
  }
}

/** Nobody begins here any more; a front brings them to another node. */
function refuse({ socket }: IncomingMessage, response: ServerResponse): void {
  // An upgrade has something else in its place.
  if (response instanceof ServerResponse) response.writeHead(503, { 'retry-after': '1', connection: 'close' }).end();
  else socket.end(REFUSAL);
}

/** Resolves when the socket is gone, or has been told to go. */
function move(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      // Without a word of Socket.IO: after that, clients would not come back by themselves.
      socket.conn.close();
      resolve();
    }, STAY_MS);
    socket.once('disconnect', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.data.moving = true;
    socket.emit('session:end', END);
  });
}
