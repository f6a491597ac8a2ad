import { isIPv6 } from 'node:net';
import { StunError } from './errors.ts';

/** The scheme of a STUN (RFC 7064) or TURN (RFC 7065) URI. */
export type IceScheme = 'stun' | 'stuns' | 'turn' | 'turns';

/** What carries the messages. `dtls` is parsed, but no client here speaks it. */
export type IceTransport = 'udp' | 'tcp' | 'tls' | 'dtls';

/** The address of a STUN or TURN server. */
export interface IceUri {
  readonly scheme: IceScheme;
  /** A host name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly transport: IceTransport;
}

const SYNTAX =
  /^(?<scheme>stuns?|turns?):(?<host>\[[0-9a-f:.]+\]|[0-9a-z._~-]+)(?::(?<port>\d{1,5}))?(?<query>\?.*)?$/i;
const QUERY = /^\?transport=(?<transport>udp|tcp)$/i;
const DEFAULT_PORT = { stun: 3478, turn: 3478, stuns: 5349, turns: 5349 } as const;
const MAX_HOST_CHARACTERS = 255;

/**
 * Parses a STUN or TURN URI, such as `turn:turn.example.org:3478?transport=tcp` or `stun:[2001:db8::1]`.
 *
 * @param text RFC 7064 (`stun`, `stuns`) or RFC 7065 (`turn`, `turns`)
 * @returns its parts; the port is 3478, or 5349 for `stuns` and `turns`, where the URI has none
 * @throws StunError `invalid_uri`; the message does not repeat the text, which may hold a password by mistake
 */
export function parseIceUri(text: string): IceUri {
  const groups = SYNTAX.exec(text)?.groups;
  if (!groups) throw invalid('it is not "scheme:host[:port][?transport=udp|tcp]" with stun, stuns, turn or turns');
  const scheme = (groups['scheme'] ?? '').toLowerCase() as IceScheme;
  const port = groups['port'] === undefined ? DEFAULT_PORT[scheme] : Number(groups['port']);
  if (port < 1 || port > 65_535) throw invalid('the port is not between 1 and 65535');
  return { scheme, host: hostOf(groups['host'] ?? ''), port, transport: transportOf(scheme, groups['query']) };
}

function hostOf(host: string): string {
  if (host.length > MAX_HOST_CHARACTERS) throw invalid('the host is too long');
  if (!host.startsWith('[')) return host;
  const address = host.slice(1, -1);
  if (!isIPv6(address)) throw invalid('what is in brackets is not an IPv6 address');
  return address;
}

function transportOf(scheme: IceScheme, query: string | undefined): IceTransport {
  const isSecure = scheme.endsWith('s');
  if (query === undefined) return isSecure ? 'tls' : 'udp';
  if (scheme.startsWith('stun')) throw invalid('a stun or stuns URI has no query (RFC 7064)');
  const chosen = QUERY.exec(query)?.groups?.['transport']?.toLowerCase();
  if (chosen === undefined) throw invalid('the query is not transport=udp or transport=tcp');
  if (chosen === 'udp') return isSecure ? 'dtls' : 'udp';
  return isSecure ? 'tls' : 'tcp';
}

const invalid = (why: string) => new StunError('invalid_uri', `not a STUN or TURN URI: ${why}`);
