import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { AnypathError, ERRORS, type ErrorCode, Handshake, LIMITS } from '@anypath/protocol';
import { compile, default as proxyAddr } from '@fastify/proxy-addr';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import * as v from 'valibot';
import type { Authenticator, Identity } from '../auth/authenticate.ts';
import { atMoment } from '../auth/expiry.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Bus } from '../bus/port.ts';
import type { Config } from '../config.ts';
import type { Flags } from '../flags/flags.ts';
import { limitKeyOf } from '../http/client-address.ts';
import type { Limits } from '../http/limits.ts';
import { presenceOf } from '../presence/presence.ts';
import { type Socket, type SocketServer, sessionRoom } from './connection.ts';
import { listen } from './events.ts';
import { OutboundQueue } from './outbound-queue.ts';
import { deviceRoom, walletRoom } from './rooms.ts';

/** What the socket server works with. */
export interface SocketParts {
  readonly config: Pick<Config, 'ALLOWED_ORIGINS' | 'TRUST_PROXY'>;
  readonly authenticator: Pick<Authenticator, 'handshake'>;
  readonly sessions: Pick<Sessions, 'hasEnded' | 'onEnded'>;
  readonly bus: Bus;
  readonly limits: Limits;
  readonly flags: Flags;
  readonly log: Logger;
}

/** Signalling, presence and the live relay on one Socket.IO connection. */
export function createSocketServer(http: HttpServer, parts: SocketParts): SocketServer {
  const { config, authenticator, sessions, limits, log } = parts;
  const trusts = compile([...config.TRUST_PROXY]);
  const io: SocketServer = new Server(http, {
    serveClient: false,
    maxHttpBufferSize: LIMITS.socketPacketMaxBytes,
    connectTimeout: 10_000,
    pingInterval: 10_000,
    pingTimeout: 5_000,
    cors: { origin: [...config.ALLOWED_ORIGINS], credentials: true },
    // CORS does not cover WebSocket: the browser connects first and leaves the check to us (RFC 6455, 10.2).
    allowRequest: (request, decide) => decide(null, mayConnect(request, config.ALLOWED_ORIGINS)),
  });
  io.engine.on('connection_error', ({ message }: { message: string }) => {
    log.warn({ code: 'forbidden', reason: message }, 'connection refused');
  });
  // Engine.IO refuses an oversized request of long-polling by itself and tells nobody but the client.
  io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    if (request.method === 'POST') {
      response.once('finish', () => {
        if (response.statusCode === 413) log.warn({ code: 'payload_too_large' }, 'request refused');
      });
    }
    next();
  });
  io.use((socket, next) => {
    authenticate(socket, authenticator, limits, trusts).then(
      () => next(),
      (error: unknown) => next(refusal(error, log)),
    );
  });
  io.on('connection', (socket) => {
    const { sessionId, expiresAtMs } = socket.data.identity;
    // It may have ended while the socket was being checked.
    if (sessions.hasEnded(sessionId)) return endSession(io, socket.id);
    void socket.join(sessionRoom(sessionId));
    socket.once(
      'disconnect',
      atMoment(expiresAtMs, () => endSession(io, socket.id)),
    );
    welcome(io, socket, parts);
  });
  sessions.onEnded((sessionId) => endSession(io, sessionRoom(sessionId)));
  return io;
}

/** A page of another origin needs to be on the list; programs that are no page send no origin. */
function mayConnect(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

type Trusts = ReturnType<typeof compile>;

/** Connections count by wallet, and by address where nobody is signed in. */
async function authenticate(
  socket: Socket,
  authenticator: SocketParts['authenticator'],
  limits: Limits,
  trusts: Trusts,
): Promise<void> {
  const handshake = v.safeParse(Handshake, socket.handshake.auth);
  let identity: Identity;
  try {
    if (!handshake.success)
      throw new AnypathError('unauthenticated', 'the handshake carries deviceId and perhaps a token');
    identity = await authenticator.handshake(handshake.output, socket.handshake.headers);
  } catch (error) {
    await limits.take('refusedConnections', limitKeyOf(proxyAddr(socket.request, trusts)));
    throw error;
  }
  await limits.take('connections', identity.wallet);
  socket.data.identity = identity;
  socket.data.device = { wallet: identity.wallet, deviceId: handshake.output.deviceId };
  socket.data.queue = new OutboundQueue(socket.conn);
}

/** Tells every socket in a room that its session is over, and closes it. */
function endSession(io: SocketServer, room: string): void {
  io.in(room).emit('session:end', { error: 'session_ended', message: ERRORS.session_ended.advice });
  io.in(room).disconnectSockets(true);
}

/** Socket.IO hands `data` to the client's `connect_error`. */
function refusal(error: unknown, log: Logger): Error {
  const code: ErrorCode = error instanceof AnypathError ? error.code : 'internal';
  const message = error instanceof AnypathError ? error.message : ERRORS.internal.advice;
  if (code === 'internal') log.error({ err: error }, 'a socket could not be checked');
  else log.warn({ code }, 'socket refused');
  return Object.assign(new Error(message), { data: { error: code } });
}

function welcome(io: SocketServer, socket: Socket, parts: SocketParts): void {
  const { bus, log } = parts;
  const { device } = socket.data;
  const { wallet, deviceId } = device;
  // Before the older one ends, so that its end is not taken for the device's.
  bus.join(device, socket.id);
  replaceOlder(io, socket);
  void socket.join([walletRoom(wallet), deviceRoom(wallet, deviceId)]);
  log.info({ wallet, device: deviceId, transport: socket.conn.transport.name }, 'online');
  listen(io, socket, parts);
  socket.on('disconnect', (reason, detail) => {
    const oversized = isOversized(detail) ? { code: 'payload_too_large' as const } : {};
    log[oversized.code ? 'warn' : 'info']({ wallet, device: deviceId, reason, ...oversized }, 'socket closed');
    if (bus.leave(device, socket.id)) io.emit('presence:update', presenceOf(bus, wallet));
  });
  socket.emit('session:start', { wallet, serverTime: Date.now() });
  for (const other of bus.wallets()) if (other !== wallet) socket.emit('presence:update', presenceOf(bus, other));
  io.emit('presence:update', presenceOf(bus, wallet));
}

/** A device has one connection; after a reload or a change of network the old one may not have noticed its end. */
function replaceOlder(io: SocketServer, socket: Socket): void {
  const { wallet, deviceId } = socket.data.device;
  const older = io.to(deviceRoom(wallet, deviceId));
  older.emit('session:end', { error: 'replaced', message: ERRORS.replaced.advice });
  io.in(deviceRoom(wallet, deviceId)).disconnectSockets(true);
}

/** `ws` closes with code 1009 for a packet over the limit; Engine.IO keeps only the text of its error. */
const isOversized = (detail: unknown): boolean =>
  detail instanceof Error && detail.message.includes('Max payload size exceeded');
