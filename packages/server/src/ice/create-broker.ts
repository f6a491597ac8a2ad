import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { Broker } from './broker.ts';
import type { Coturn } from './coturn.ts';
import { probe } from './probe.ts';
import { Prober } from './prober.ts';
import { providersOf } from './providers.ts';

/** The broker of a configuration, with everything that it looks at. */
export function createBroker(
  config: Config,
  managed: () => Coturn | undefined,
  metrics: Pick<Metrics, 'probed'>,
  log: Logger,
): Broker {
  const providers = providersOf(config, managed, log);
  const stun = config.TURN_STUN_FALLBACK;
  const intervalMs = config.TURN_PROBE_INTERVAL * 1000;
  const prober = new Prober({
    providers,
    stun,
    intervalMs,
    probe,
    probed: (url, outcome) => metrics.probed(url, outcome.ok ? 'ok' : outcome.reason, outcome.allocateMs),
    changed: (url, { state, reason, allocateMs }) => {
      if (state === 'down') log.warn({ url, reason }, 'a STUN or TURN address does not work');
      else log.info({ url, allocateMs: Math.round(allocateMs ?? 0) }, 'a STUN or TURN address works');
    },
  });
  return new Broker({ providers, stun, ttl: config.TURN_CRED_TTL, prober: intervalMs > 0 ? prober : undefined });
}
