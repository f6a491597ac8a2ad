import { createHash, randomBytes } from 'node:crypto';
import { AnypathError, type CheckAnswer, type IceAnswer, ROUTES } from '@anypath/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import type { Flags } from '../flags/flags.ts';
import { limitKeyOf } from '../http/client-address.ts';
import { type GuardParts, openRoute, sessionRoute } from '../http/guard.ts';
import type { Broker } from '../ice/broker.ts';
import { after, type Maybe } from '../maybe.ts';

/** What the connectivity check is answered from. */
export interface CheckParts extends GuardParts {
  readonly config: Pick<Config, 'CHECK_PUBLIC'>;
  readonly flags: Flags;
  readonly broker: Broker;
}

/** `GET /api/v1/check`: to anyone where CHECK_PUBLIC is on, else to who is signed in. */
export function checkRoute(app: FastifyInstance, parts: CheckParts): void {
  const { config, limits, flags, broker } = parts;
  const nameOf = namesByAddress();
  if (config.CHECK_PUBLIC) {
    openRoute(app, parts, ROUTES.check, 'check', (_nobody, request, reply) =>
      after(limits.take('checks', 'everybody'), () => {
        flags.require('rtc.ice', '');
        return answered(request, reply, (nowMs) => broker.checkAnswer(nameOf(request.ip), nowMs));
      }),
    );
    return;
  }
  // A page of another origin cannot read the answer.
  sessionRoute(app, parts, ROUTES.check, { limit: 'ice', csrf: false }, ({ wallet }, request, reply) => {
    flags.require('rtc.ice', wallet);
    return answered(request, reply, (nowMs) => broker.answer(wallet, nowMs));
  });
}

function answered(
  request: FastifyRequest,
  reply: FastifyReply,
  issue: (nowMs: number) => Maybe<IceAnswer>,
): Promise<CheckAnswer> {
  const serverTime = Date.now();
  reply.header('cache-control', 'no-store');
  const common = { address: request.ip, serverTime };
  return Promise.resolve()
    .then(() => issue(serverTime))
    .then(
      (ice) => ({ ...common, ice }),
      (error: unknown) => {
        // Without TURN and STUN the rest is still worth a check.
        if (error instanceof AnypathError && error.code === 'ice_unavailable') return common;
        throw error;
      },
    );
}

const NAME_CHARACTERS = 8;

/** A name for each address, so that TURN's quota of a user holds for it, and which tells the TURN server nothing else. */
function namesByAddress(): (address: string) => string {
  const salt = randomBytes(16);
  return (address) => {
    const hash = createHash('sha256').update(salt).update(limitKeyOf(address)).digest('hex');
    return `check-${hash.slice(0, NAME_CHARACTERS)}`;
  };
}
