import { mkdirSync, writeFileSync } from 'node:fs';
import type { Certificate } from './authority.ts';
import type { Namespace } from './namespace.ts';
import { Service } from './service.ts';

/** Who is behind the front, and under which names. */
export interface FrontOptions {
  /** The names for HTTPS and WebSocket, and where plain HTTP is served. */
  readonly web: { readonly names: readonly string[]; readonly certificate: Certificate; readonly to: string };
  /** The names for TURN over TLS, and where coturn takes TLS and plain TCP. */
  readonly turn: { readonly names: readonly string[]; readonly tls: string; readonly tcp: string };
}

/**
 * Starts haproxy, the real one, as the front on port 443 and 80.
 *
 * @param configuration the text of a `haproxy.cfg`
 * @param env what the text refers to as `${NAME}`, added to the environment of this process
 * @throws Error with haproxy's log, where it does not come up
 */
export function startFront(namespace: Namespace, configuration: string, env: NodeJS.ProcessEnv = {}): Promise<Service> {
  mkdirSync(namespace.folder, { recursive: true });
  const file = `${namespace.folder}/haproxy.cfg`;
  writeFileSync(file, configuration);
  return Service.start(namespace, {
    name: 'haproxy',
    command: 'haproxy',
    args: ['-db', '-f', file],
    env,
    ports: { tcp: [80, 443] },
  });
}

/**
 * A small front that shares port 443 by the name that the client asks for in TLS (SNI): web traffic is decrypted
 * here and passed on as plain HTTP, TURN over TLS is passed through to coturn's own certificate, and what is not TLS is
 * taken for TURN over TCP. ALPN decides nothing, because Firefox offers `http/1.1` for TURN too.
 */
export function frontConfiguration({ web, turn }: FrontOptions): string {
  return `
global
  log stdout format raw local0

defaults
  log global
  timeout connect 5s
  timeout client 1h
  timeout server 1h

frontend shared
  mode tcp
  option tcplog
  bind :443
  bind :::443 v6only
  tcp-request inspect-delay 5s
  tcp-request content accept if { req.ssl_hello_type 1 }
  # A STUN message starts with two zero bits (RFC 8489, section 5), so that it is told from TLS at once.
  tcp-request content accept if { req.len gt 0 } !{ req.payload(0,1) -m bin 16 }
  use_backend turn-tls if { req.ssl_sni -i ${turn.names.join(' ')} }
  use_backend web-tls if { req.ssl_sni -i ${web.names.join(' ')} }
  default_backend turn-tcp

backend turn-tls
  mode tcp
  server turn ${turn.tls}

backend turn-tcp
  mode tcp
  server turn ${turn.tcp}

backend web-tls
  mode tcp
  server web abns@web send-proxy-v2

frontend web
  mode http
  option httplog
  bind abns@web accept-proxy ssl crt ${web.certificate.bundle} alpn http/1.1
  bind :80
  bind :::80 v6only
  http-request set-header x-forwarded-proto https if { ssl_fc }
  option forwardfor
  default_backend web

backend web
  mode http
  server web ${web.to}
`;
}
