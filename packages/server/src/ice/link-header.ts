import type { IceServer } from '@anypath/protocol';

/**
 * ICE servers as values of the HTTP header `Link` (RFC 9725, section 4.6).
 *
 * @returns one value for each URL
 */
export function iceLinks(servers: readonly IceServer[]): string[] {
  return servers.flatMap(({ urls, username, credential }) => {
    const parameters = [
      'rel="ice-server"',
      ...(username === undefined ? [] : [parameter('username', username)]),
      ...(credential === undefined ? [] : [parameter('credential', credential), 'credential-type="password"']),
    ];
    return [urls].flat().map((url) => [`<${url}>`, ...parameters].join('; '));
  });
}

const PRINTABLE = /^[\x20-\x7e]*$/;

/** A quoted string (RFC 9110, 5.6.4); what it cannot hold is written as RFC 8187 says, so nothing ends the header early. */
function parameter(name: string, value: string): string {
  if (PRINTABLE.test(value)) return `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`;
  const encoded = encodeURIComponent(value).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${name}*=UTF-8''${encoded}`;
}
