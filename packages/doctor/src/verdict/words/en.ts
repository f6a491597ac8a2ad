import type { DoctorWords, Params } from './words.ts';

const status = ({ status: code }: Params): string => (code === 0 ? 'without an answer' : `with HTTP status ${code}`);

/** The doctor in English. */
export const en: DoctorWords = {
  status: {
    good: 'All is well here.',
    degraded: 'People can talk here, but something needs attention.',
    broken: 'Nothing gets through here.',
  },
  network: {
    open: { name: 'Open', meaning: 'a public address with nothing in between' },
    home: {
      name: 'Home',
      meaning: 'a router or firewall that lets in what was asked for; peers reach each other directly',
    },
    mobile: {
      name: 'Mobile',
      meaning: 'a router that uses another port for each destination, as carriers do; most calls need TURN',
    },
    corporate: { name: 'Corporate', meaning: 'a firewall without UDP; calls go through TURN over TCP or TLS' },
    'proxy-only': {
      name: 'Proxy only',
      meaning: 'everything goes through an HTTP proxy; calls go through TURN over TLS',
    },
    'ultra-restrictive': {
      name: 'Ultra-restrictive',
      meaning: 'only real HTTPS passes; messages go over the relay, and calls are not possible',
    },
    unknown: { name: 'Unknown', meaning: 'too little could be found out' },
  },
  traits: {
    lossy: 'loses packets',
    'ipv6-only': 'has IPv6 alone',
    'no-websocket': 'blocks WebSocket',
    intercepted: 'reads encrypted connections',
    proxied: 'uses a proxy',
    'small-packets': 'loses large packets',
  },
  sure: { sure: 'certain', likely: 'likely', guess: 'a guess' },
  who: { you: 'you', network: 'the owner of this network', operator: 'the operator of the server', nobody: 'nobody' },
  severity: { problem: 'Problem', warning: 'Warning', note: 'Note' },
  paths: {
    direct: 'Direct',
    'turn-udp': 'TURN over UDP',
    'turn-tcp': 'TURN over TCP',
    'turn-tls': 'TURN over TLS',
    'relay-websocket': 'Relay over WebSocket',
    'relay-polling': 'Relay over HTTPS',
  },
  states: { works: 'works', limited: 'with some networks', fails: 'does not work', unknown: 'not known' },
  checks: {
    names: 'Name',
    addresses: 'Own addresses',
    proxy: 'Proxy',
    tcp: 'TCP port',
    tls: 'Certificate',
    web: 'Server',
    portal: 'Captive portal',
    readiness: "Server's own view",
    ice: 'Credentials',
    socket: 'Socket.IO',
    relay: 'Relay round trip',
    stun: 'STUN',
    turn: 'TURN',
    mtu: 'Packet size',
    nat: 'Router',
    range: 'Relay ports',
    peers: 'Denied peers',
  },
  outcomes: { ok: 'ok', failed: 'failed', unknown: 'unknown' },
  reasons: {
    unresolvable: 'the name has no address',
    refused: 'refused: nothing listens there',
    unreachable: 'the connection was cut or cannot be made',
    timeout: 'no answer',
    deadline: 'the time was up',
    tls: 'the TLS handshake failed',
    certificate_expired: 'the certificate has expired',
    certificate_not_yet_valid: 'the certificate is not valid yet',
    certificate_name: 'the certificate is for other names',
    certificate_untrusted: 'nobody here knows who signed the certificate',
    certificate_chain: 'a certificate in between is missing',
    proxy_refused: 'the proxy refuses',
    proxy_auth: 'the proxy asks for a password',
    not_anypath: 'something else than anypath answers',
    redirected: 'sent elsewhere',
    unauthorized: 'the credentials are refused',
    rejected: 'the server refuses',
    malformed: 'the answer makes no sense',
    no_echo: 'nothing that was sent came back',
    private_address: 'the relay gives out a private address',
    unauthenticated: 'not signed in',
    rate_limited: 'asked too often',
    feature_disabled: 'switched off',
    ice_unavailable: 'the server has no STUN or TURN server that works',
    not_tried: 'not tried',
    unsupported: 'not offered by this server',
    failed: 'failed',
  },
  findings: {
    name_unresolvable: ({ host }) => ({
      cause: `The name ${host} has no address.`,
      todo: 'Check the spelling and the DNS record. Where only a proxy looks names up, set HTTPS_PROXY.',
    }),
    host_unreachable: ({ host, port }) => ({
      cause: `No TCP connection to ${host} port ${port} can be made.`,
      todo: `Ask the network's owner to allow outgoing TCP to ${host} port ${port}; ask the operator whether the server is up.`,
    }),
    server_refuses: ({ host, port }) => ({
      cause: `${host} is there, but nothing listens on port ${port}.`,
      todo: `Start the server or the TLS front, and let it listen on port ${port}.`,
    }),
    certificate_expired: ({ host, days }) => ({
      cause: `The certificate of ${host} expired ${days} days ago.`,
      todo: `Renew it on the server (certbot renew) and reload what uses it; then see why the renewal did not run.`,
    }),
    certificate_not_yet_valid: ({ host }) => ({
      cause: `The certificate of ${host} is not valid yet, or the clock of this computer is behind.`,
      todo: 'Compare the clocks of both machines (timedatectl, or the date and time settings).',
    }),
    certificate_name: ({ host, names }) => ({
      cause: `The certificate shown for ${host} is for ${names || 'other names'}.`,
      todo: `Issue a certificate that names ${host} (certbot -d ${host}), or use a name that it is for.`,
    }),
    certificate_untrusted: ({ host, issuer }) => ({
      cause: `The certificate of ${host} is signed by "${issuer}", which this computer does not trust.`,
      todo: 'Where the server signs its own: get one from a public authority. Where this network reads connections: add its authority to this computer (NODE_EXTRA_CA_CERTS for this command).',
    }),
    certificate_chain: ({ host }) => ({
      cause: `${host} does not send the certificate between its own and the authority's.`,
      todo: 'Give the server the full chain (fullchain.pem instead of cert.pem).',
    }),
    certificate_renewal: ({ host, days }) => ({
      cause: `The certificate of ${host} ends in ${days} days and was not renewed.`,
      todo: 'Run the renewal by hand (certbot renew) and read what it says.',
    }),
    tls_intercepted: ({ issuer }) => ({
      cause: `This network reads encrypted connections: certificates are signed again by "${issuer}", and TURN inside TLS does not pass.`,
      todo: "Ask the network's owner to exempt the TURN server from TLS inspection; until then messages go over the relay.",
    }),
    captive_portal: ({ location }) => ({
      cause: `This network wants you to sign in first${location ? ` (${location})` : ''}.`,
      todo: 'Open any http:// page in a browser, accept or sign in there, and try again.',
    }),
    proxy_needed: () => ({
      cause: 'Perhaps this network has a proxy that everything must go through.',
      todo: "If so, set HTTPS_PROXY (such as http://proxy.example.com:3128) and try again; the network's owner knows the address.",
    }),
    proxy_auth: ({ proxy }) => ({
      cause: `The proxy ${proxy} asks for a name and a password.`,
      todo: 'Set HTTPS_PROXY with them: http://name:password@host:port.',
    }),
    proxy_unreachable: ({ proxy }) => ({
      cause: `The proxy ${proxy} does not answer.`,
      todo: 'Check HTTPS_PROXY, or unset it in a network without a proxy.',
    }),
    proxy_refuses: ({ proxy, host, port }) => ({
      cause: `The proxy ${proxy} refuses to connect to ${host} port ${port}.`,
      todo: `Ask the network's owner to allow CONNECT to ${host}:${port}.`,
    }),
    not_anypath: ({ url, status: code }) => ({
      cause: `What answers at ${url} is not anypath (HTTP status ${code}).`,
      todo: 'Check the address. Behind a TLS front, check that it passes /healthz, /api/ and /socket.io/ on to anypath.',
    }),
    clock_differs: ({ minutes, direction }) => ({
      cause: `The clock of the server is ${minutes} minutes ${direction} of this computer's.`,
      todo: 'Set the clock that is wrong, and keep it right: timedatectl set-ntp true. TURN credentials are valid for minutes.',
    }),
    credentials_expired: ({ uri }) => ({
      cause: `${uri} refuses the credentials, most likely because they have expired by its clock.`,
      todo: 'Set the clock of the server that issues them, and the clock of the TURN server (timedatectl set-ntp true).',
    }),
    credentials_refused: ({ uri, setting }) => ({
      cause: `${uri} refuses the credentials: the secrets do not match.`,
      todo:
        setting === 'TURN_SECRET'
          ? 'Make TURN_SECRET of anypath the same as static-auth-secret in turnserver.conf, with use-auth-secret there, and restart both.'
          : `Check ${setting}: it must be what turnserver.conf has (static-auth-secret with use-auth-secret, or user=name:password).`,
    }),
    credentials_missing: () => ({
      cause: 'The server gives no TURN credentials to somebody who is not signed in, so TURN was not tried.',
      todo: 'Give a token (--token), or let the operator set CHECK_PUBLIC=true.',
    }),
    token_refused: () => ({
      cause: 'The server refuses the token.',
      todo: 'Get a new one. The server must have ALLOW_BEARER_AUTH=true, and JWT_SECRET or JWKS_URL of who issued it.',
    }),
    rate_limited: () => ({
      cause: 'The server was asked too often in the last minute, and gave no credentials.',
      todo: 'Wait for a minute and try again.',
    }),
    ice_disabled: () => ({
      cause: 'The feature rtc.ice is switched off at the server.',
      todo: 'anypath flags set rtc.ice on',
    }),
    ice_unavailable: () => ({
      cause: 'The server finds no STUN or TURN server that works.',
      todo: 'Look at /readyz of the server: it says for each address why.',
    }),
    udp_blocked_here: ({ host, port }) => ({
      cause: 'This network lets no UDP out. Calls go over TCP or TLS, which is slower on bad lines.',
      todo: `Ask the network's owner to allow outgoing UDP to ${host} port ${port}, and the answers.`,
    }),
    udp_blocked_server: ({ host, port }) => ({
      cause: `Nothing comes back over UDP from ${host} port ${port}, not even to the server's own probe or where UDP works.`,
      todo: `Open it on the TURN server and in its provider's firewall: ufw allow ${port}/udp. Check listening-port=${port} in turnserver.conf, without no-udp.`,
    }),
    udp_blocked_somewhere: ({ host, port }) => ({
      cause: `Nothing comes back over UDP from ${host} port ${port}: this network or the server's firewall blocks it.`,
      todo: `Try from another network, or name a server that is known to work (--reference stun:host). At the server: ufw allow ${port}/udp. Here: allow outgoing UDP to ${host} port ${port}.`,
    }),
    turn_unreachable: ({ host, port, transport }) => ({
      cause: `TURN over ${String(transport).toUpperCase()} does not answer at ${host} port ${port}.`,
      todo: `Allow outgoing TCP to ${host} port ${port} here; at the server: ufw allow ${port}/tcp.`,
    }),
    turn_not_running: ({ uri }) => ({
      cause: `Nothing listens at ${uri}.`,
      todo: 'Start coturn (systemctl status coturn), and check its listening-port, tls-listening-port and aux-server lines.',
    }),
    turn_no_echo: ({ uri }) => ({
      cause: `${uri} makes allocations, but packets that are sent through it do not come back.`,
      todo: "Check external-ip and the relay ports (min-port, max-port) in turnserver.conf, and that the server's firewall lets them through.",
    }),
    turn_rejected: ({ uri, detail }) => ({
      cause: `${uri} refuses an allocation${detail ? ` (${detail})` : ''}.`,
      todo: 'Look at total-quota, user-quota and denied-peer-ip in turnserver.conf, and at its log.',
    }),
    relay_range_blocked: ({ host, port }) => ({
      cause: `The TURN server answers, but its relay ports are closed: nothing gets through to ${host} port ${port}. Calls through it stay silent.`,
      todo: 'Open the UDP ports from min-port to max-port of turnserver.conf (49152 to 65535 by default) in both firewalls: ufw allow 49152:65535/udp.',
    }),
    external_ip_missing: ({ private: inner, public: outer }) => ({
      cause: `The TURN server is behind NAT and gives out its private address ${inner}, which nobody outside reaches.`,
      todo: `Add to turnserver.conf: external-ip=${outer}/${inner}, and restart coturn.`,
    }),
    peers_not_denied: ({ peers }) => ({
      cause: `The TURN server would relay to private addresses (${peers}): whoever has credentials reaches your internal network.`,
      todo: 'Add denied-peer-ip lines for all private ranges to turnserver.conf (10.0.0.0-10.255.255.255 and so on), and no-multicast-peers.',
    }),
    socket_blocked: (params) => ({
      cause: `The web server answers, but Socket.IO does not get through (${status(params)}): no signals, no relay.`,
      todo: 'Let the front or the firewall pass /socket.io/ on to anypath, with GET, POST and Upgrade.',
    }),
    websocket_blocked: (params) => ({
      cause: `WebSocket does not get through (${status(params)}); plain requests do, so the relay works, with more delay.`,
      todo: 'Let the proxy or the front pass the headers Upgrade and Connection for /socket.io/.',
    }),
    symmetric_nat: () => ({
      cause:
        'The router uses another port for each destination. Only peers with open networks can be reached directly.',
      todo: 'Nothing: calls go through TURN.',
    }),
    packet_loss: ({ percent }) => ({
      cause: `${percent} % of the packets through TURN were lost on the way there or back.`,
      todo: 'Try a cable instead of Wi-Fi, or another connection; ask the provider where it stays.',
    }),
    small_packets: ({ bytes }) => ({
      cause: `Packets of more than ${bytes} bytes are lost. WebRTC sends up to 1200.`,
      todo: 'Lower the MTU of the VPN or the tunnel\'s interface on both ends, or let ICMP "fragmentation needed" pass.',
    }),
    no_ipv4: () => ({
      cause: 'This computer has IPv6 alone; peers with IPv4 alone are reached through TURN.',
      todo: 'Nothing here. At the TURN server: let it listen on IPv6 too.',
    }),
    ipv6_fails: ({ host, address }) => ({
      cause: `${host} has the IPv6 address ${address}, and does not answer there; connections begin late, or fail where there is only IPv6.`,
      todo: 'Let the server listen on IPv6 and open its firewall for it (ufw covers both), or take the AAAA record away. Where other sites fail over IPv6 too, it is this network.',
    }),
    ended_early: ({ checks }) => ({
      cause: `${checks} checks did not end in time, and are unknown.`,
      todo: 'Run it again; on a very slow line that may be as good as it gets.',
    }),
  },
  headings: {
    network: 'Network',
    paths: 'Paths',
    findings: 'What was found',
    checks: 'Checks',
    nothing: 'Nothing needs attention.',
    todo: 'Do',
  },
};
