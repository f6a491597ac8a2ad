import type { CheckRow } from '@anypath/protocol';

const ms = (value: number | undefined): string[] => (value === undefined ? [] : [`${value} ms`]);
const some = (value: string | number | undefined, words = ''): string[] =>
  value === undefined || value === '' ? [] : [`${words}${value}`];

/** The numbers and names of a row in few characters, the same in every language. */
export function factsOf(row: CheckRow): string {
  return partsOf(row).join(' · ');
}

function partsOf(row: CheckRow): string[] {
  switch (row.check) {
    case 'names':
    case 'addresses':
      return [[...row.ipv4, ...row.ipv6].join(', ')].filter(Boolean);
    case 'proxy':
      return [row.source];
    case 'tcp':
      return ms(row.ms);
    case 'tls':
      return [...some(row.issuer), ...some(row.daysLeft === undefined ? undefined : `${row.daysLeft} d`)];
    case 'web':
      return [...some(row.status, 'HTTP '), ...ms(row.ms), ...skew(row.skewMs)];
    case 'portal':
      return [...some(row.status, 'HTTP '), ...some(row.location, '→ ')];
    case 'readiness':
      return row.urls.map(({ url, state, reason }) => `${url} ${state}${reason ? ` (${reason})` : ''}`);
    case 'ice':
      return [...some(row.provider), ...some(row.ttlSeconds === undefined ? undefined : `${row.ttlSeconds} s`)];
    case 'socket':
      return [row.transport, ...some(row.status, 'HTTP '), ...ms(row.outcome === 'ok' ? row.ms : undefined)];
    case 'relay':
      return [row.transport, ...ms(row.rttMs), ...(row.sent > 0 ? [`${row.received}/${row.sent}`] : [])];
    case 'stun':
      return [...some(row.mapped), ...ms(row.rttMs)];
    case 'turn':
      return turnParts(row);
    case 'mtu':
      return some(row.largestBytes === undefined ? undefined : `${row.largestBytes} B`);
    case 'nat':
      return [`mapping ${row.mapping}`, `filtering ${row.filtering}`];
    case 'range':
      return some(row.relayed);
    case 'peers':
      return [row.allowed.join(', ')].filter(Boolean);
  }
}

/** Whole seconds are as exact as HTTP is; less is no difference worth a word. */
const skew = (skewMs = 0): string[] => (Math.abs(skewMs) < 2_000 ? [] : [`Δt ${Math.round(skewMs / 1000)} s`]);

function turnParts(row: Extract<CheckRow, { check: 'turn' }>): string[] {
  const { sent = 0, received = 0, jitterMs, kbitPerSecond } = row;
  return [
    ...ms(row.rttMs),
    ...some(jitterMs === undefined ? undefined : `± ${jitterMs} ms`),
    ...(sent > 0 ? [`${received}/${sent}`] : []),
    ...some(kbitPerSecond === undefined ? undefined : `${(kbitPerSecond / 1000).toFixed(1)} Mbit/s`),
  ];
}
