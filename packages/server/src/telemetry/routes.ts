import { timingSafeEqual } from 'node:crypto';
import { AnypathError, type Health, ROUTES } from '@anypath/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Broker } from '../ice/broker.ts';
import { isLoopback } from '../loopback.ts';
import type { Metrics } from './metrics.ts';

/** What operators look at. */
export interface TelemetryParts {
  readonly version: string;
  readonly broker: Broker;
  readonly metrics: Metrics;
  /** METRICS_TOKEN; empty where only this machine may read the metrics. */
  readonly token: string;
  /** Whether this node stops, and nothing new is to come to it. */
  readonly isStopping: () => boolean;
}

/** `/healthz`, `/readyz` and `/metrics`. */
export function telemetryRoutes(app: FastifyInstance, parts: TelemetryParts): void {
  const { version, broker, metrics, token, isStopping } = parts;
  app.get(ROUTES.health.path, async (): Promise<Health> => {
    return { status: 'ok', version, uptimeSeconds: Math.floor(process.uptime()) };
  });
  // Ready also while no TURN works: conversations go over the relay, which this process carries.
  app.get(ROUTES.ready.path, async (_request, reply) => {
    if (isStopping()) throw new AnypathError('shutting_down');
    reply.header('cache-control', 'no-store');
    return broker.readiness(Date.now());
  });
  app.get(ROUTES.metrics.path, async (request, reply) => {
    if (!mayRead(request, token))
      throw new AnypathError('forbidden', 'metrics are for the operator: see METRICS_TOKEN');
    const { type, text } = await metrics.exposition();
    reply.header('cache-control', 'no-store').type(type);
    return text;
  });
}

/** With a token, whoever has it; without one, this machine, as long as nobody speaks through it. */
function mayRead({ headers, socket }: FastifyRequest, token: string): boolean {
  if (token !== '') {
    const expected = Buffer.from(`Bearer ${token}`);
    const given = Buffer.from(headers.authorization ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
  return isLoopback((socket.remoteAddress ?? '').replace('::ffff:', '')) && !isForwarded;
}
