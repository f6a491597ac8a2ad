/** Ranges that no host on the internet reaches: RFC 1918, 6598, 3927, 4193, loopback and link-local. */
const NOT_PUBLIC = [
  /^10\./,
  /^127\./,
  /^169\.254\./,
  /^192\.168\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
  /^0\./,
  /^::1?$/,
  /^f[cd][0-9a-f]{2}:/i,
  /^fe[89ab][0-9a-f]:/i,
] as const;

/** Whether an IP address is one that only its own network reaches. */
export const isPrivateAddress = (address: string): boolean => NOT_PUBLIC.some((range) => range.test(address));

/** The address of `address port`, `address:port` or `[address]:port`. */
export function addressOf(text: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(text)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^[^:]+:\d+$/.test(text) ? (text.split(':')[0] ?? '') : text;
}

/** An address and a port as URLs write them. */
export const joined = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Host and port of `host:port` or `[address]:port`. */
export function partsOf(subject: string): { readonly host: string; readonly port: number } {
  const at = subject.lastIndexOf(':');
  return { host: subject.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(subject.slice(at + 1)) };
}

/** Host and port of a STUN or TURN URI, with the ports of RFC 7064 and RFC 7065; it must be one. */
export function partsOfUri(uri: string): { readonly host: string; readonly port: number; readonly transport: string } {
  const [, scheme = '', host = '', port, transport] =
    /^(stuns?|turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(\w+))?$/i.exec(uri) ?? [];
  const isSecure = scheme.toLowerCase().endsWith('s');
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? (isSecure ? 5349 : 3478) : Number(port),
    transport: isSecure ? 'tls' : (transport ?? 'udp').toLowerCase(),
  };
}
