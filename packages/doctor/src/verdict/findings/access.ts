import type { Finding } from '@anypath/protocol';
import type { Evidence } from '../evidence.ts';
import { finding, NETWORK, NOTE, OPERATOR, YOU } from './finding.ts';

/** Clocks that differ by more than this are wrong; what HTTP shows is exact to about a second. */
const SKEW_MS = 60_000;

/** Credentials and clocks: why the server gives no ICE servers, or ones that TURN refuses. */
export function accessFindings(evidence: Evidence): Finding[] {
  return [...clockFindings(evidence), ...iceFindings(evidence), ...refusedFindings(evidence)];
}

const clockIsWrong = ({ skewMs = 0 }: Evidence): boolean => Math.abs(skewMs) >= SKEW_MS;

function clockFindings(evidence: Evidence): Finding[] {
  if (!clockIsWrong(evidence)) return [];
  const { skewMs = 0 } = evidence;
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  // TURN has a clock of its own: where it refuses what the server signs, two clocks are against the server's.
  const sure = refusedUris(evidence).length > 0 ? 'likely' : 'guess';
  const params = { minutes, direction: skewMs < 0 ? 'behind' : 'ahead' };
  return [finding('clock_differs', { ...OPERATOR, sure }, params)];
}

function iceFindings(evidence: Evidence): Finding[] {
  const ice = evidence.row('ice');
  if (!ice || ice.outcome === 'ok') return [];
  switch (ice.reason) {
    case 'unauthenticated':
      return ice.source === 'token'
        ? [finding('token_refused', YOU)]
        : [finding('credentials_missing', { ...NOTE, who: 'you' })];
    case 'rate_limited':
      return [finding('rate_limited', { ...NOTE, who: 'you' })];
    case 'feature_disabled':
      return [finding('ice_disabled', OPERATOR)];
    case 'ice_unavailable':
      return [finding('ice_unavailable', OPERATOR)];
    default:
      return [];
  }
}

/** TURN addresses that refuse the credentials, as the doctor or the server's own probe finds. */
function refusedUris(evidence: Evidence): string[] {
  const own = evidence.rows('turn').filter(({ reason }) => reason === 'unauthorized');
  const servers = (evidence.row('readiness')?.urls ?? []).filter(({ reason }) => reason === 'unauthorized');
  return [...new Set([...own.map(({ subject }) => subject), ...servers.map(({ url }) => url)])];
}

function refusedFindings(evidence: Evidence): Finding[] {
  const [uri] = refusedUris(evidence);
  if (uri === undefined) return [];
  const { source } = evidence.row('ice') ?? {};
  if (source === 'given') return [finding('credentials_refused', YOU, { uri, setting: '--username, --password' })];
  if (source === 'secret')
    return [finding('credentials_refused', { ...YOU, sure: 'likely' }, { uri, setting: '--secret' })];
  if (clockIsWrong(evidence)) return [finding('credentials_expired', { ...OPERATOR, sure: 'likely' }, { uri })];
  return [finding('credentials_refused', OPERATOR, { uri, setting: 'TURN_SECRET' })];
}

/** What becomes of Socket.IO, which carries signals and the live relay. */
export function socketFindings(evidence: Evidence): Finding[] {
  if (!evidence.webWorks) return [];
  const sockets = evidence.rows('socket');
  const failed = sockets.filter(({ outcome }) => outcome === 'failed');
  if (sockets.length === 0 || failed.length === 0) return [];
  const viaProxy = failed.some((row) => row.viaProxy);
  const status = failed.find((row) => row.status !== undefined)?.status ?? 0;
  if (failed.length === sockets.length) {
    const weight = viaProxy
      ? ({ ...NETWORK, sure: 'guess' } as const)
      : ({ ...OPERATOR, sure: status > 0 ? 'sure' : 'likely' } as const);
    return [finding('socket_blocked', weight, { status })];
  }
  if (failed.every(({ transport }) => transport === 'polling')) return [];
  const weight =
    viaProxy || evidence.isIntercepted
      ? ({ ...NETWORK, sure: 'likely' } as const)
      : ({ ...OPERATOR, sure: 'guess' } as const);
  return [finding('websocket_blocked', { ...weight, severity: 'warning' }, { status })];
}
