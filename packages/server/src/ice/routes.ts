import { AnypathError, type IceAnswer, type IceServer, ROUTES } from '@anypath/protocol';
import type { FastifyInstance } from 'fastify';
import { walletOf } from '../auth/bearer.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { Config } from '../config.ts';
import { isEnabled } from '../flags/flags.ts';
import type { Store } from '../store/port.ts';
import { type Coturn, coturnServer } from './coturn.ts';

/** What the ICE endpoint answers from. */
export interface IceParts {
  readonly config: Pick<Config, 'TURN_CRED_TTL' | 'TURN_STUN_FALLBACK'>;
  readonly tokens: Tokens;
  readonly store: Store;
  /** The coturn that runs now, if any. */
  coturn(): Coturn | undefined;
}

/** `GET /api/v1/rtc/ice` and its older names (SPEC S1.1, S1.2). */
export function iceRoutes(app: FastifyInstance, parts: IceParts): void {
  for (const path of [ROUTES.ice.path, ...ROUTES.ice.aliases]) {
    app.get(path, async (request, reply) => {
      const wallet = await walletOf(request, parts.tokens);
      if (!isEnabled(parts.store, 'rtc.ice')) throw new AnypathError('feature_disabled');
      reply.header('cache-control', 'private, no-store');
      return iceAnswer(parts, wallet, Date.now());
    });
  }
}

/**
 * What a wallet gets.
 *
 * @param nowMs Unix time, milliseconds
 * @throws AnypathError `ice_unavailable` where there is neither TURN nor STUN
 */
export function iceAnswer(parts: Pick<IceParts, 'config' | 'coturn'>, wallet: string, nowMs: number): IceAnswer {
  const ttl = parts.config.TURN_CRED_TTL;
  const coturn = parts.coturn();
  const stun: IceServer[] = parts.config.TURN_STUN_FALLBACK.map((urls) => ({ urls }));
  if (!coturn && stun.length === 0) throw new AnypathError('ice_unavailable');
  // coturn reads whole seconds: rounded up, so that nothing ends before it was promised to.
  const turn = coturn ? [coturnServer(coturn, wallet, Math.ceil(nowMs / 1000) + ttl)] : [];
  return {
    iceServers: [...stun, ...turn],
    ttl,
    provider: coturn ? 'coturn' : 'stun',
    serverTime: nowMs,
    expiresAt: nowMs + ttl * 1000,
  };
}
