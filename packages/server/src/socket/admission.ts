import type { IncomingMessage } from 'node:http';
import { AnypathError, ERRORS, type ErrorCode, Handshake } from '@anypath/protocol';
import { compile, default as proxyAddr } from '@fastify/proxy-addr';
import type { Logger } from 'pino';
import * as v from 'valibot';
import type { Authenticator, Identity } from '../auth/authenticate.ts';
import { limitKeyOf } from '../http/client-address.ts';
import { type Limits, RateLimited } from '../http/limits.ts';
import { InOrder } from '../in-order.ts';
import type { Socket } from './connection.ts';
import type { OneATurn } from './one-a-turn.ts';
import { OutboundQueue } from './outbound-queue.ts';

/** A page of another origin needs to be on the list; programs that are no page send no origin. */
export function mayConnect(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Whether a request belongs to a connection that there is: Engine.IO has read its query. */
export const isKnown = (request: IncomingMessage & { readonly _query?: Readonly<Record<string, string>> }): boolean =>
  request._query?.['sid'] !== undefined;

/**
 * Lets a request that begins a connection wait for its turn.
 *
 * @param next goes on; not called where the client has gone meanwhile
 */
export function waitAtDoor(atDoor: OneATurn, { socket }: IncomingMessage, next: () => void): void {
  // Nobody else listens to an upgraded connection yet.
  const ignore = () => undefined;
  socket.on('error', ignore);
  atDoor.run(() => {
    if (socket.destroyed) return;
    socket.off('error', ignore);
    next();
  });
}

/** Says which proxies are believed. */
export type Trusts = ReturnType<typeof compile>;

/**
 * Lets a socket in, or not. Connections count by wallet, and by address where nobody is signed in.
 *
 * @throws AnypathError what the client is refused with
 */
export async function admit(
  socket: Socket,
  authenticator: Pick<Authenticator, 'handshake'>,
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
  const { wallet } = identity;
  const { deviceId } = handshake.output;
  socket.data.device = { wallet, deviceId };
  socket.data.deviceName = `${wallet}:${deviceId}`;
  socket.data.keyId = undefined;
  socket.data.queue = new OutboundQueue(socket.conn);
  socket.data.arriving = new InOrder();
  socket.data.leaving = new InOrder();
  socket.data.rtc = handshake.output.rtc !== false;
  socket.data.wantsLegacy = handshake.output.legacy !== false;
}

/** Socket.IO hands `data` to the client's `connect_error`. */
export function refusal(error: unknown, log: Logger): Error {
  const code: ErrorCode = error instanceof AnypathError ? error.code : 'internal';
  const message = error instanceof AnypathError ? error.message : ERRORS.internal.advice;
  if (code === 'internal') log.error({ err: error }, 'a socket could not be checked');
  else log.warn({ code }, 'socket refused');
  const wait = error instanceof RateLimited ? { retryAfterMs: Math.ceil(error.retryAfterMs) } : {};
  return Object.assign(new Error(message), { data: { error: code, ...wait } });
}

/** Which proxies TRUST_PROXY names. */
export const trustsOf = (proxies: readonly string[]): Trusts => compile([...proxies]);
