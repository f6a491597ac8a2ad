import { AnypathError, type OpsAnswer, OpsQuery, ROUTES } from '@anypath/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import type { Config } from '../config.ts';
import { type GuardParts, sessionRoute } from '../http/guard.ts';
import type { Gauges } from './gauges.ts';
import type { History } from './history.ts';
import type { Tally } from './tally.ts';

/** What the operations page is told from. */
export interface OpsParts extends GuardParts {
  readonly config: Pick<Config, 'ADMIN_WALLETS' | 'RELAY_PRICE_PER_GB'>;
  readonly version: string;
  readonly history: Pick<History, 'columns'>;
  readonly tally: Tally;
  readonly gauges: Gauges;
}

/** `GET /api/v1/ops`, for the wallets of ADMIN_WALLETS. */
export function opsRoute(app: FastifyInstance, parts: OpsParts): void {
  const { config } = parts;
  const startedAt = Date.now() - Math.round(process.uptime() * 1000);
  // It changes nothing, so a token is as good here as it is for the socket.
  sessionRoute(app, parts, ROUTES.ops, { limit: 'ops', bearerAnywhere: true }, ({ wallet }, request, reply) => {
    if (!config.ADMIN_WALLETS.includes(wallet))
      throw new AnypathError('forbidden', 'this is for the wallets of ADMIN_WALLETS');
    reply.header('cache-control', 'private, no-store');
    return answerOf(parts, startedAt, sinceOf(request));
  });
}

function sinceOf(request: FastifyRequest): number {
  const query = v.safeParse(OpsQuery, request.query);
  if (!query.success) throw new AnypathError('invalid_payload', 'since: it is Unix time in milliseconds');
  return query.output.since ?? 0;
}

async function answerOf(parts: OpsParts, startedAt: number, sinceMs: number): Promise<OpsAnswer> {
  const { config, version, history, tally, gauges } = parts;
  return {
    version,
    serverTime: Date.now(),
    startedAt,
    history: await history.columns(sinceMs),
    mailBytes: gauges.waiting().bytes,
    readiness: await gauges.readiness(),
    certificates: gauges.certificates().map(({ url, expiresAtMs = null }) => ({ url, expiresAt: expiresAtMs })),
    networks: tally.networks,
    relayed: tally.relayedBytes.map(({ provider, bytes }) => {
      const pricePerGb = provider === 'unknown' ? undefined : config.RELAY_PRICE_PER_GB[provider];
      return { provider, bytes, pricePerGb: pricePerGb ?? null };
    }),
    refusals: tally.refusals,
  };
}
