import type { OpsAnswer, OpsHistory } from '@anypath/protocol';
import { shareOf, sumOf } from './columns.ts';

/** Something that the operator should look at; the same that the alerts of deploy/prometheus/rules.yml tell. */
export type Concern =
  | { readonly is: 'provider-down' | 'address-down'; readonly name: string }
  | { readonly is: 'certificate'; readonly name: string; readonly days: number }
  | { readonly is: 'certificate-unread'; readonly name: string }
  | { readonly is: 'unavailable'; readonly count: number }
  | { readonly is: 'failing'; readonly share: number }
  | { readonly is: 'mail'; readonly days: number }
  | { readonly is: 'slow'; readonly ms: number };

const DAY_SECONDS = 86_400;
const CERTIFICATE_DAYS = 14;
const MAIL_DAYS = 25;
const SLOW_MS = 250;
/** The least share of attempts that should succeed, and how many there must be before it means anything. */
const SUCCESS = { share: 0.8, attempts: 20 } as const;

/** Everything that is wrong now, the worst first. */
export function concernsOf(answer: OpsAnswer, history: OpsHistory): Concern[] {
  return [...ofProviders(answer), ...ofTraffic(history), ...ofCertificates(answer)];
}

function ofProviders({ readiness }: OpsAnswer): Concern[] {
  return readiness.providers.flatMap(({ name, breaker, urls }): Concern[] => {
    const isDown = breaker === 'open' || (urls.length > 0 && urls.every(({ state }) => state === 'down'));
    if (isDown) return [{ is: 'provider-down', name }];
    return urls.filter(({ state }) => state === 'down').map(({ url }) => ({ is: 'address-down', name: url }));
  });
}

function ofTraffic(history: OpsHistory): Concern[] {
  const opened = openedIn(history, 60);
  const attempts = opened + sumOf(history, 'failed', 60);
  const share = shareOf(opened, attempts);
  const unavailable = sumOf(history, 'unavailable', 10);
  const mailDays = (history.mailOldestSeconds.at(-1) ?? 0) / DAY_SECONDS;
  const ms = Math.min(...history.loopDelayMs.slice(-5));
  return [
    ...(unavailable > 0 ? [{ is: 'unavailable', count: unavailable } as const] : []),
    ...(share !== null && share < SUCCESS.share && attempts > SUCCESS.attempts
      ? [{ is: 'failing', share } as const]
      : []),
    ...(mailDays > MAIL_DAYS ? [{ is: 'mail', days: Math.floor(mailDays) } as const] : []),
    ...(ms > SLOW_MS ? [{ is: 'slow', ms: Math.round(ms) } as const] : []),
  ];
}

function ofCertificates({ certificates, serverTime }: OpsAnswer): Concern[] {
  return certificates.flatMap(({ url: name, expiresAt }): Concern[] => {
    if (expiresAt === null) return [{ is: 'certificate-unread', name }];
    const days = Math.floor((expiresAt - serverTime) / 1000 / DAY_SECONDS);
    return days < CERTIFICATE_DAYS ? [{ is: 'certificate', name, days }] : [];
  });
}

/** Connections that opened in the last minutes. */
export const openedIn = (history: OpsHistory, minutes: number): number =>
  sumOf(history, 'openedHost', minutes) +
  sumOf(history, 'openedSrflx', minutes) +
  sumOf(history, 'openedRelay', minutes);
