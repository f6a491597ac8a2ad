import { ROUTES, RtcReport } from '@anypath/protocol';
import type { FastifyInstance } from 'fastify';
import type { Flags } from '../flags/flags.ts';
import { bodyOf } from '../http/body.ts';
import { type GuardParts, sessionRoute } from '../http/guard.ts';
import type { Handlers } from '../socket/events.ts';
import type { Metrics } from './metrics.ts';

/** What reports are taken with. */
export interface ReportParts {
  readonly flags: Pick<Flags, 'require'>;
  readonly metrics: Pick<Metrics, 'rtcReported'>;
}

/** Takes the report of a wallet into the metrics; nothing else of it is kept. @throws AnypathError `feature_disabled` */
function take({ flags, metrics }: ReportParts, wallet: string, report: RtcReport): void {
  flags.require('rtc.report', wallet);
  metrics.rtcReported(report);
}

/** Reports over HTTP. */
export function reportRoutes(app: FastifyInstance, { flags, metrics, ...guard }: ReportParts & GuardParts): void {
  sessionRoute(app, guard, ROUTES.report, { limit: 'reports' }, ({ wallet }, request, reply) => {
    take({ flags, metrics }, wallet, bodyOf(request, RtcReport));
    return reply.code(204).send();
  });
}

/** Reports over the socket, for clients whose tokens are not accepted on the HTTP routes. */
export const reportEvents = (parts: ReportParts): Pick<Handlers, 'rtc:report'> => ({
  'rtc:report': ({ data }, report) => {
    take(parts, data.device.wallet, report);
    return { ok: true };
  },
});
