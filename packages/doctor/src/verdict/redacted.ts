import type { DoctorReport } from '@anypath/protocol';
import { addressOf, isPrivateAddress, partsOf, partsOfUri } from './addresses.ts';

const IPV4 = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g;
/** Two colons at least, so that times and host:port are left alone. */
const IPV6 = /(?<![\w:.])\[?((?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w+)?)\]?(?![\w:])/gi;

/**
 * The report without addresses and names, safe to paste anywhere. The same address becomes the same word, so that what was
 * compared can still be compared.
 */
export function redacted(report: DoctorReport): DoctorReport {
  const aliases = new Map<string, string>();
  const aliasOf = (kind: string, text: string): string => {
    const known = aliases.get(text);
    if (known !== undefined) return known;
    const count = [...aliases.values()].filter((alias) => alias.startsWith(`${kind}-`)).length;
    const alias = `${kind}-${count + 1}`;
    aliases.set(text, alias);
    return alias;
  };
  const hosts = hostsOf(report).sort((a, b) => b.length - a.length);
  const clean = (text: string): string => {
    // A host may be called `turn`, which a scheme is not.
    const [, scheme = '', rest = ''] = /^((?:stuns?|turns?|https?):)?(.*)$/s.exec(text) ?? [];
    let result = rest;
    for (const host of hosts) result = result.replace(wholeName(host), aliasOf('host', host));
    const withoutHosts = scheme + result;
    return withoutHosts
      .replace(IPV4, (address) => aliasOf(`ipv4-${scopeOf(address)}`, address))
      .replace(IPV6, (whole, address: string) =>
        address === '::' ? whole : aliasOf(`ipv6-${scopeOf(address)}`, address),
      );
  };
  return cleaned(report, false, clean) as DoctorReport;
}

const wholeName = (host: string): RegExp => new RegExp(`(?<![\\w.-])${host.replaceAll('.', '\\.')}(?![\\w-])`, 'gi');

const scopeOf = (address: string): string => (isPrivateAddress(address) ? 'private' : 'public');

/** Words of systems, servers and certificates may name anything; the codes beside them say enough. */
const DROPPED: ReadonlySet<string> = new Set(['detail', 'location', 'issuer', 'names', 'version']);
/** What holds addresses and names. Everything else is a code of ours or a number, and stays. */
const NAMING: ReadonlySet<string> = new Set([
  'subject',
  'url',
  'urls',
  'uris',
  'relayed',
  'mapped',
  'ipv4',
  'ipv6',
  'allowed',
  'params',
]);

/** @param isNaming whether texts in it may hold addresses and names */
function cleaned(value: unknown, isNaming: boolean, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return isNaming ? clean(value) : value;
  if (Array.isArray(value)) return value.map((each) => cleaned(each, isNaming, clean));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => {
    if (DROPPED.has(key)) return [key, Array.isArray(each) ? [] : '(removed)'];
    const isNamed = NAMING.has(key) || (isNaming && typeof each === 'string' && !CODES.has(key));
    return [key, cleaned(each, isNamed, clean)];
  });
  return Object.fromEntries(entries);
}

/** Codes beside addresses and within parameters. */
const CODES: ReadonlySet<string> = new Set(['state', 'reason', 'direction', 'setting', 'transport']);

/** Every host name in the report. Addresses are found by their shape. */
function hostsOf({ target, checks }: DoctorReport): string[] {
  const uris = [...(target.kind === 'turn' ? target.uris : []), ...checks.flatMap(urisOf)];
  const subjects = checks.flatMap(({ check, subject }) => {
    if (check === 'names') return [subject];
    if (check === 'tcp' || check === 'tls') return [partsOf(subject).host];
    return URL.canParse(subject) ? [new URL(subject).hostname] : [];
  });
  const named = [...uris.map((uri) => partsOfUri(uri).host), ...subjects];
  if (target.kind === 'server' && URL.canParse(target.url)) named.push(new URL(target.url).hostname);
  return [...new Set(named)].filter((host) => host !== '' && /[a-z]/i.test(host) && !addressOf(host).includes(':'));
}

function urisOf(row: DoctorReport['checks'][number]): string[] {
  if (row.check === 'ice') return row.urls;
  if (row.check === 'readiness') return row.urls.map(({ url }) => url);
  return row.check === 'stun' || row.check === 'turn' ? [row.subject] : [];
}
