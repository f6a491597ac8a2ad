import type { CheckReason, Finding, FindingCode, RowOf } from '@anypath/protocol';
import { partsOf } from '../addresses.ts';
import { type Evidence, hasFailed, isOk } from '../evidence.ts';
import { finding, NETWORK, NOTE, OPERATOR, YOU } from './finding.ts';

/** What keeps this computer from the server: names, connections, proxies, portals, and what answers there. */
export function reachFindings(evidence: Evidence): Finding[] {
  const portal = portalFinding(evidence);
  if (portal) return [portal];
  return [
    ...nameFindings(evidence),
    ...connectionFindings(evidence),
    ...answerFindings(evidence),
    ...familyFindings(evidence),
  ];
}

function nameFindings(evidence: Evidence): Finding[] {
  return evidence
    .rows('names')
    .filter(({ outcome, reason }) => outcome === 'failed' && reason === 'unresolvable')
    .map(({ subject }) => {
      const proxied = evidence.webViaProxy;
      // Behind a proxy it is the proxy that looks names up.
      return proxied ? undefined : finding('name_unresolvable', { ...YOU, sure: 'likely' }, { host: subject });
    })
    .filter((found) => found !== undefined);
}

function connectionFindings(evidence: Evidence): Finding[] {
  if (evidence.webWorks || evidence.rows('names').some(({ reason }) => reason === 'unresolvable')) return [];
  const proxy = evidence.row('proxy');
  const web = evidence.rows('web').find(hasFailed);
  if (proxy && web?.viaProxy) return [...proxyFinding(proxy.subject, web)];
  const tcp = evidence.serverPort;
  if (!tcp || isOk(tcp)) return [];
  const { host, port } = partsOf(tcp.subject);
  if (tcp.reason === 'refused') return [finding('server_refuses', OPERATOR, { host, port })];
  const found = [finding('host_unreachable', { ...NETWORK, sure: 'likely' }, { host, port })];
  return proxy ? found : [...found, finding('proxy_needed', { ...YOU, severity: 'warning', sure: 'guess' })];
}

function proxyFinding(proxy: string, web: RowOf<'web'>): Finding[] {
  const { host, port } = partsOf(web.subject.includes('://') ? hostOf(web.subject) : web.subject);
  if (web.reason === 'proxy_auth') return [finding('proxy_auth', YOU, { proxy })];
  if (web.reason === 'proxy_refused') return [finding('proxy_refuses', NETWORK, { proxy, host, port })];
  const isProxyDown =
    web.reason === 'refused' ||
    web.reason === 'unreachable' ||
    web.reason === 'timeout' ||
    web.reason === 'unresolvable';
  return isProxyDown ? [finding('proxy_unreachable', { ...YOU, sure: 'likely' }, { proxy })] : [];
}

function hostOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}

function portalFinding(evidence: Evidence): Finding | undefined {
  const portal = evidence.row('portal');
  if (portal?.outcome !== 'failed') return undefined;
  const isSure = portal.status === 511 || !evidence.webWorks;
  if (evidence.webWorks && portal.status !== 511) return undefined;
  return finding('captive_portal', { ...YOU, sure: isSure ? 'likely' : 'guess' }, { location: portal.location ?? '' });
}

function answerFindings(evidence: Evidence): Finding[] {
  const web = evidence.rows('web').find(({ outcome, reason }) => outcome === 'failed' && reason === 'not_anypath');
  if (!web || evidence.webWorks) return [];
  return [finding('not_anypath', { ...YOU, sure: 'likely' }, { url: web.subject, status: web.status ?? 0 })];
}

function familyFindings(evidence: Evidence): Finding[] {
  const own = evidence.row('addresses');
  const hasNoIpv4 = own !== undefined && own.ipv4.length === 0 && own.ipv6.length > 0;
  return [...(hasNoIpv4 ? [finding('no_ipv4', NOTE)] : []), ...ipv6Findings(evidence)];
}

/** An address of IPv6 that does not answer, beside one of IPv4 that does. */
function ipv6Findings(evidence: Evidence): Finding[] {
  const { serverPort } = evidence;
  const failed = evidence
    .rows('tcp')
    .find((row) => row.subject.startsWith('[') && hasFailed(row) && row !== serverPort);
  if (!failed || !serverPort || !isOk(serverPort)) return [];
  const params = { host: partsOf(serverPort.subject).host, address: partsOf(failed.subject).host };
  return [finding('ipv6_fails', { severity: 'warning', who: 'operator', sure: 'likely' }, params)];
}

const CERTIFICATE: Partial<Record<CheckReason, FindingCode>> = {
  certificate_expired: 'certificate_expired',
  certificate_not_yet_valid: 'certificate_not_yet_valid',
  certificate_name: 'certificate_name',
  certificate_untrusted: 'certificate_untrusted',
  certificate_chain: 'certificate_chain',
};

/** Days before its end at which a certificate should have been renewed; installers renew at 30. */
const RENEW_DAYS = 14;

/** Certificates: expired, for other names, of authorities that nobody knows, and soon to end. */
export function certificateFindings(evidence: Evidence): Finding[] {
  return evidence.rows('tls').flatMap((row) => {
    const { host, port } = partsOf(row.subject);
    const days = Math.round(Math.abs(row.daysLeft ?? 0));
    const params = { host, port, issuer: row.issuer ?? '?', names: (row.names ?? []).join(', '), days };
    const code = row.reason && CERTIFICATE[row.reason];
    if (code) return [finding(code, certificateWeight(code, row), params)];
    const isLate = isOk(row) && row.daysLeft !== undefined && row.daysLeft < RENEW_DAYS;
    return isLate ? [finding('certificate_renewal', { ...OPERATOR, severity: 'warning' }, params)] : [];
  });
}

function certificateWeight(code: FindingCode, row: RowOf<'tls'>) {
  // Behind a proxy it is more often the proxy that signs than an operator who signs himself.
  if (code === 'certificate_untrusted') {
    return row.viaProxy ? ({ ...NETWORK, sure: 'likely' } as const) : ({ ...OPERATOR, sure: 'likely' } as const);
  }
  return OPERATOR;
}
