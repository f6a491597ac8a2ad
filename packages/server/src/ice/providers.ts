import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { apiProvider } from './api-provider.ts';
import { cloudflareApi } from './cloudflare.ts';
import { type Coturn, coturnProvider, fixedProvider } from './coturn.ts';
import type { Provider } from './provider.ts';
import { twilioApi } from './twilio.ts';

/**
 * The providers that are configured, in the order in which they are preferred (SPEC S2.1, S2.2).
 *
 * @param managed the coturn that this server runs, where it does
 */
export function providersOf(config: Config, managed: () => Coturn | undefined, log: Logger): Provider[] {
  const { RTC_PROVIDER } = config;
  const all = [...coturns(config, managed), ...apis(config, log), ...publicTurn(config)];
  return RTC_PROVIDER === '' ? all : all.filter(({ name }) => name === RTC_PROVIDER);
}

function coturns(config: Config, managed: () => Coturn | undefined): Provider[] {
  const { TURN_URIS, TURN_SECRET, COTURN_URL, COTURN_USERNAME, COTURN_PASSWORD } = config;
  const own = { uris: TURN_URIS, secrets: TURN_SECRET };
  const fixed = COTURN_URL.length > 0 ? [fixedProvider('coturn', COTURN_URL, COTURN_USERNAME, COTURN_PASSWORD)] : [];
  return [coturnProvider(() => (TURN_URIS.length > 0 ? own : managed())), ...fixed];
}

function apis(config: Config, log: Logger): Provider[] {
  const options = { ttl: config.TURN_CRED_TTL, log };
  return [
    ...(config.TWILIO_ACCOUNT_SID ? [apiProvider(twilioApi(config), options)] : []),
    ...(config.CLOUDFLARE_TURN_KEY_ID ? [apiProvider(cloudflareApi(config), options)] : []),
  ];
}

function publicTurn({ PUBLIC_TURN_URIS, PUBLIC_TURN_USERNAME, PUBLIC_TURN_PASSWORD }: Config): Provider[] {
  if (PUBLIC_TURN_URIS.length === 0) return [];
  return [fixedProvider('public', PUBLIC_TURN_URIS, PUBLIC_TURN_USERNAME, PUBLIC_TURN_PASSWORD)];
}
