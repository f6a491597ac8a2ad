import { AnypathError, CHECK_NAMESPACE, CheckEcho, LIMITS } from '@anypath/protocol';
import proxyAddr from '@fastify/proxy-addr';
import type { Logger } from 'pino';
import type { DefaultEventsMap, Namespace, Socket } from 'socket.io';
import * as v from 'valibot';
import type { Authenticator } from '../auth/authenticate.ts';
import type { Config } from '../config.ts';
import { limitKeyOf } from '../http/client-address.ts';
import type { Limits } from '../http/limits.ts';
import { refusal, type Trusts } from '../socket/admission.ts';
import type { SocketServer } from '../socket/connection.ts';

/** What the namespace of the connectivity check works with. */
export interface CheckNamespaceParts {
  readonly config: Pick<Config, 'CHECK_PUBLIC'>;
  readonly authenticator: Pick<Authenticator, 'handshake'>;
  readonly limits: Limits;
  readonly log: Logger;
}

interface CheckEvents {
  'check:echo'(payload: unknown, answer?: (payload: Uint8Array) => void): void;
}

type CheckSocket = Socket<CheckEvents, DefaultEventsMap>;

/** What comes with a connection; a check is no device. */
const CheckHandshake = v.object({ token: v.optional(v.string()), csrfToken: v.optional(v.string()) });

/** Echoes for the connectivity check: the way of the live relay, without anybody at the other end. */
export function checkNamespace(io: SocketServer, parts: CheckNamespaceParts, trusts: Trusts): void {
  // It knows neither wallets nor devices, and so none of the events that those have.
  const checks = io.of(CHECK_NAMESPACE) as unknown as Namespace<CheckEvents, DefaultEventsMap>;
  checks.use((socket, next) => {
    admit(socket, parts, trusts).then(
      () => next(),
      (error: unknown) => next(refusal(error, parts.log)),
    );
  });
  checks.on('connection', echoes);
}

async function admit(socket: CheckSocket, parts: CheckNamespaceParts, trusts: Trusts): Promise<void> {
  await parts.limits.take('checkConnections', limitKeyOf(proxyAddr(socket.request, trusts)));
  if (parts.config.CHECK_PUBLIC) return;
  const handshake = v.safeParse(CheckHandshake, socket.handshake.auth);
  if (!handshake.success) throw new AnypathError('unauthenticated');
  const { token, csrfToken } = handshake.output;
  const given = {
    deviceId: 'check',
    ...(token === undefined ? {} : { token }),
    ...(csrfToken === undefined ? {} : { csrfToken }),
  };
  await parts.authenticator.handshake(given, socket.handshake.headers);
}

function echoes(socket: CheckSocket): void {
  const timer = setTimeout(() => socket.disconnect(true), LIMITS.checkConnectionMs);
  socket.once('disconnect', () => clearTimeout(timer));
  let left: number = LIMITS.checkEchoesMax;
  socket.on('check:echo', (payload, answer) => {
    left -= 1;
    const echo = v.safeParse(CheckEcho, payload);
    if (left < 0 || !echo.success) return void socket.disconnect(true);
    if (typeof answer === 'function') answer(echo.output);
  });
}
