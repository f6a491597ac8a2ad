import { mkdirSync, writeFileSync } from 'node:fs';
import type { Authority } from './authority.ts';
import { run } from './command.ts';
import type { Namespace } from './namespace.ts';
import { Service } from './service.ts';
import { PROXY_PORT, type ProxyMode } from './topology.ts';

/** Who is who where a proxy intercepts TLS. */
export interface ProxyTrust {
  /** Whose certificates the proxy shows to its clients. */
  readonly interceptor: Authority;
  /** Whose certificates the proxy accepts from servers. */
  readonly upstream: Authority;
}

/** What the proxy is run as; Debian's package makes this user. Squid refuses to stay root. */
const USER = 'proxy';
const CERTIFICATE_MAKER = '/usr/lib/squid/security_file_certgen';
const CERTIFICATE_STORE = '4MB';

/**
 * Starts squid, the real one (with TLS: Debian's package `squid-openssl`), as the proxy of a network.
 *
 * @param router the machine that the clients reach; the proxy listens on port 3128
 * @param name squid's service name, unique on this machine: the id of the lab, the letter s, and a number
 */
export async function startSquid(
  router: Namespace,
  name: string,
  mode: ProxyMode,
  trust: ProxyTrust,
): Promise<Service> {
  const folder = `${router.folder}/squid`;
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/squid.conf`;
  writeFileSync(file, configuration(folder, mode, trust));
  const store = ['-c', '-s', `${folder}/certificates`, '-M', CERTIFICATE_STORE];
  if (mode !== 'tunnel') await run(CERTIFICATE_MAKER, store);
  const asUser = await becomeUser(folder);
  return Service.start(router, {
    name: 'squid',
    command: 'env',
    args: [...asUser, 'squid', '-n', name, '-N', '-f', file],
    ports: { tcp: [PROXY_PORT] },
    logFiles: [`${folder}/cache.log`, `${folder}/access.log`],
  });
}

/**
 * Hands the proxy's files to its user.
 *
 * @returns the words before a command that has to run as that user
 */
async function becomeUser(folder: string): Promise<string[]> {
  const handedOver = await run('chown', ['-R', `${USER}:`, folder]).then(
    () => true,
    () => false,
  );
  // In a user namespace there is often nobody but root. There, one more of them gives root the user's name.
  return handedOver ? [] : ['unshare', '--user', `--map-user=${USER}`, `--map-group=${USER}`];
}

function configuration(folder: string, mode: ProxyMode, trust: ProxyTrust): string {
  return `
${mode === 'tunnel' ? `http_port ${PROXY_PORT}` : interception(folder, mode, trust)}
acl tls port 443
http_access deny CONNECT !tls
http_access allow all
cache deny all
cache_mem 0
cache_effective_user ${USER}
cache_log ${folder}/cache.log
access_log stdio:${folder}/access.log
logfile_rotate 0
buffered_logs off
pid_filename none
coredump_dir none
pinger_enable off
# Nobody answers there: names come from /etc/hosts.
dns_nameservers 127.0.0.1
shutdown_lifetime 0 seconds
`;
}

/** Reads the name that the client asks for (step 1), then ends TLS on both sides. */
function interception(folder: string, mode: ProxyMode, { interceptor, upstream }: ProxyTrust): string {
  const webSocket = mode === 'intercept' ? 'http_upgrade_request_protocols websocket allow all' : '';
  return `
http_port ${PROXY_PORT} ssl-bump tls-cert=${interceptor.bundle} generate-host-certificates=on
sslcrtd_program ${CERTIFICATE_MAKER} -s ${folder}/certificates -M ${CERTIFICATE_STORE}
sslcrtd_children 2 startup=1 idle=1
sslproxy_session_cache_size 0
tls_outgoing_options cafile=${upstream.certificate}
acl step1 at_step SslBump1
ssl_bump peek step1
ssl_bump bump all
${webSocket}
`;
}
