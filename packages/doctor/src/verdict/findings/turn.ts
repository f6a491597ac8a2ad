import type { Finding, RowOf } from '@anypath/protocol';
import { addressOf, isPrivateAddress, partsOf, partsOfUri } from '../addresses.ts';
import { type Evidence, hasFailed, isOk, wasAnswered } from '../evidence.ts';
import { finding, NETWORK, OPERATOR } from './finding.ts';

/** What is wrong at the TURN servers, beside credentials, certificates and UDP as a whole. */
export function turnFindings(evidence: Evidence): Finding[] {
  const hidden = externalIpFinding(evidence);
  return [
    ...(hidden ? [hidden] : rangeFindings(evidence)),
    ...(hidden ? [] : echoFindings(evidence)),
    ...rejectedFindings(evidence),
    ...unreachedFindings(evidence),
    ...untriedFindings(evidence),
    ...peerFindings(evidence),
  ];
}

/** coturn behind NAT that was not told its public address gives out its private one. */
function externalIpFinding(evidence: Evidence): Finding | undefined {
  for (const { relayed, mapped, subject } of evidence.rows('turn')) {
    if (relayed === undefined || !isPrivateAddress(addressOf(relayed))) continue;
    // Where we are in the same private network, that is as it should be.
    if (mapped === undefined || isPrivateAddress(addressOf(mapped))) continue;
    const publicAddress = addressIn(evidence, partsOfUri(subject).host);
    return finding('external_ip_missing', OPERATOR, {
      private: addressOf(relayed),
      public: publicAddress ?? 'PUBLIC-ADDRESS',
    });
  }
  return undefined;
}

const addressIn = (evidence: Evidence, host: string): string | undefined =>
  evidence.rows('names').find(({ subject }) => subject === host)?.ipv4[0];

function rangeFindings(evidence: Evidence): Finding[] {
  const range = evidence.row('range');
  if (range?.outcome !== 'failed' || range.relayed === undefined) return [];
  // Where UDP to other ports is answered, it is not our own firewall that lets 3478 alone through.
  const sure = (evidence.row('nat')?.observations ?? 0) > 1 ? 'sure' : 'likely';
  const { host, port } = partsOf(range.relayed);
  return [finding('relay_range_blocked', { ...OPERATOR, sure }, { host, port })];
}

function echoFindings(evidence: Evidence): Finding[] {
  const silent = evidence.rows('turn').filter(({ reason }) => reason === 'no_echo');
  const [first] = silent;
  if (!first) return [];
  return [finding('turn_no_echo', { ...OPERATOR, sure: 'likely' }, { uri: first.subject })];
}

function rejectedFindings(evidence: Evidence): Finding[] {
  const row = evidence.rows('turn').find(({ reason }) => reason === 'rejected');
  return row ? [finding('turn_rejected', OPERATOR, { uri: row.subject, detail: row.detail ?? '' })] : [];
}

/** Addresses over TCP and TLS that do not answer; UDP is judged as a whole, and proxies let 443 pass alone. */
function unreachedFindings(evidence: Evidence): Finding[] {
  const rows = evidence.rows('turn').filter((row) => row.transport !== 'udp' && hasFailed(row) && !wasAnswered(row));
  const isStrict = evidence.webViaProxy || evidence.isIntercepted;
  return rows.flatMap((row) => {
    if (row.reason === 'refused') return [finding('turn_not_running', OPERATOR, { uri: row.subject })];
    if (row.reason === 'tls' || isStrict) return [];
    return [unreached(row, evidence)];
  });
}

function unreached(row: RowOf<'turn'>, evidence: Evidence): Finding {
  const { host, port, transport } = partsOfUri(row.subject);
  const seen = (evidence.row('readiness')?.urls ?? []).find(({ url }) => url === row.subject);
  const others = evidence.rows('turn').some(isOk);
  const severity = others ? 'warning' : 'problem';
  const params = { uri: row.subject, host, port, transport };
  if (seen?.state === 'up') return finding('turn_unreachable', { ...NETWORK, severity, sure: 'likely' }, params);
  const sure = seen?.state === 'down' ? 'sure' : 'guess';
  return finding('turn_unreachable', { ...OPERATOR, severity, sure }, params);
}

/** What the server's own probe cannot reach, where there were no credentials to try it from here. */
function untriedFindings(evidence: Evidence): Finding[] {
  const tried = new Set(evidence.rows('turn').map(({ subject }) => subject));
  const down = (evidence.row('readiness')?.urls ?? []).filter(({ url, state, reason }) => {
    const { transport } = partsOfUri(url);
    // UDP is judged as a whole, certificates by themselves, credentials with the clocks.
    const isElsewhere = transport === 'udp' || reason === 'tls' || reason === 'unauthorized';
    return state === 'down' && !tried.has(url) && url.startsWith('turn') && !isElsewhere;
  });
  return down.map(({ url }) => {
    const params = { uri: url, ...partsOfUri(url) };
    return finding('turn_unreachable', { ...OPERATOR, severity: 'warning', sure: 'likely' }, params);
  });
}

function peerFindings(evidence: Evidence): Finding[] {
  const allowed = evidence.rows('peers').flatMap((row) => row.allowed);
  return allowed.length === 0
    ? []
    : [finding('peers_not_denied', OPERATOR, { peers: [...new Set(allowed)].join(', ') })];
}

/** Somebody in between reads TLS. */
export function interceptionFindings(evidence: Evidence): Finding[] {
  if (!evidence.isIntercepted) return [];
  const issuer = evidence.rows('tls').find(({ publicRoot }) => publicRoot === false)?.issuer ?? '?';
  return [finding('tls_intercepted', { ...NETWORK, severity: 'warning', sure: 'likely' }, { issuer })];
}
