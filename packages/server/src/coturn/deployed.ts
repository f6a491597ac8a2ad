import { isIP, isIPv4, isIPv6 } from 'node:net';
import { ConfigError } from '../config.ts';
import type { CoturnLimits } from './limits.ts';
import type { CoturnOptions } from './template.ts';

/** What an operator says of a coturn of their own. */
export interface DeployedCoturn {
  /** The name that clients know and that the certificate is for; also the realm. */
  readonly domain: string;
  /** One for each family: `PUBLIC`, or `PUBLIC/PRIVATE` where a NAT is in front of the machine. */
  readonly externalIps: readonly string[];
  readonly secrets: readonly string[];
  /** UDP and TCP; 3478 where it is left out (RFC 8656 section 4). */
  readonly port?: number;
  /** 443, which passes the most firewalls, and 5349 (RFC 8656 section 4) where they are left out; none without TLS. */
  readonly tlsPorts?: readonly number[];
  /** Further plain ports; 80 where they are left out. */
  readonly plainPorts?: readonly number[];
  /** Certificate chain and key, PEM; below `folder` where they are left out. */
  readonly certificate?: string;
  readonly key?: string;
  /** `MIN-MAX`; 49152-65535 where it is left out (RFC 8656 section 7.2). */
  readonly relayPorts?: string;
  readonly limits?: Partial<CoturnLimits>;
  /** Ranges, `FIRST-LAST`, or addresses that are no peers. */
  readonly deniedPeers?: readonly string[];
  /** `ADDRESS:PORT` for Prometheus. */
  readonly prometheus?: string;
  /** For its user database, its process id, and the certificate; /var/lib/turn where it is left out, as Debian has it. */
  readonly folder?: string;
}

const DEFAULT_FOLDER = '/var/lib/turn';
const DEFAULT_PORT = 3478;
const DEFAULT_TLS_PORTS = [443, 5349] as const;
const DEFAULT_PLAIN_PORTS = [80] as const;
const DEFAULT_RELAY_PORTS = '49152-65535';
/** Below are the ports of services; RFC 6056 begins the ephemeral ones at 1024. */
const MIN_RELAY_PORT = 1_024;
const MIN_RELAY_PORTS = 16;

/**
 * Checks what an operator says, and makes of it what the configuration is rendered from.
 *
 * @throws ConfigError: one line that names the option of `anypath turn config`; it repeats no secret
 */
export function deployedCoturn(deployed: DeployedCoturn): CoturnOptions {
  const { domain, limits = {}, folder = DEFAULT_FOLDER } = deployed;
  requireName(domain);
  const machine = deployed.externalIps.map(machineAddress);
  if (machine.length === 0)
    throw new ConfigError('--external-ip: it is missing; give the public address of the machine.');
  requireLimits(limits);
  const tls = tlsOf(deployed, folder);
  const port = deployed.port ?? DEFAULT_PORT;
  const plain = deployed.plainPorts ?? DEFAULT_PLAIN_PORTS;
  const extraPorts = [...plain, ...(deployed.tlsPorts ?? DEFAULT_TLS_PORTS).slice(1)].filter((each) => each !== port);
  for (const path of [folder, ...(tls ? [tls.certificate, tls.key] : [])]) requireLine('--folder', path);
  return {
    addresses: machine.map(({ own }) => own),
    external: machine.flatMap(({ publicAddress, own }) =>
      publicAddress === own ? [] : [{ publicAddress, privateAddress: own }],
    ),
    port,
    extraPorts: [...new Set(extraPorts)],
    ...(tls ? { tls } : {}),
    relayPorts: relayPortsOf(deployed.relayPorts ?? DEFAULT_RELAY_PORTS),
    secrets: deployed.secrets.map(requireSecret),
    realm: domain,
    folder,
    loopbackOnly: false,
    limits,
    deniedPeers: (deployed.deniedPeers ?? []).map(peerRange),
    ...(deployed.prometheus === undefined ? {} : { prometheus: prometheusOf(deployed.prometheus) }),
  };
}

/**
 * The addresses of a deployed coturn as `TURN_URIS` takes them.
 *
 * @param withFront whether a TLS front passes 443 on to it
 */
export function deployedUris(domain: string, options: CoturnOptions, withFront: boolean): string[] {
  const { port, extraPorts = [], tls } = options;
  const tlsPorts = tls ? [...(withFront ? [443] : []), tls.port, ...extraPorts.filter((each) => each === 5349)] : [];
  const plainPorts = [port, ...extraPorts.filter((each) => each === 80)];
  return [
    `turn:${domain}:${port}?transport=udp`,
    ...plainPorts.map((each) => `turn:${domain}:${each}?transport=tcp`),
    ...[...new Set(tlsPorts)].map((each) => `turns:${domain}:${each}?transport=tcp`),
  ];
}

function requireName(domain: string): void {
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
  if (domain.length > 253 || !new RegExp(`^${label}(?:\\.${label})+$`, 'i').test(domain)) {
    throw new ConfigError(`--domain: ${quoted(domain)} is not a name such as turn.example.com.`);
  }
}

function machineAddress(text: string): { publicAddress: string; own: string } {
  const [publicAddress = '', own = publicAddress, ...more] = text.split('/');
  if (more.length > 0 || isIP(publicAddress) === 0 || isIP(own) !== isIP(publicAddress)) {
    throw new ConfigError(
      `--external-ip: ${quoted(text)} is not PUBLIC or PUBLIC/PRIVATE, two addresses of one family.`,
    );
  }
  return { publicAddress, own };
}

function tlsOf(
  { tlsPorts = DEFAULT_TLS_PORTS, certificate, key }: DeployedCoturn,
  folder: string,
): CoturnOptions['tls'] {
  const [port] = tlsPorts;
  if (port === undefined) return undefined;
  return { port, certificate: certificate ?? `${folder}/fullchain.pem`, key: key ?? `${folder}/privkey.pem` };
}

function relayPortsOf(text: string): CoturnOptions['relayPorts'] {
  const [min = 0, max = 0] = (/^(\d{1,5})-(\d{1,5})$/.exec(text) ?? []).slice(1).map(Number);
  if (min < MIN_RELAY_PORT || max > 65_535 || max - min + 1 < MIN_RELAY_PORTS) {
    throw new ConfigError(
      `--relay-ports: ${quoted(text)} is not a range of at least ${MIN_RELAY_PORTS} ports from ${MIN_RELAY_PORT} to 65535, such as ${DEFAULT_RELAY_PORTS}.`,
    );
  }
  return { min, max };
}

/** As `TURN_SECRET` takes them; without `#` and quotes, which coturn's file would read otherwise. */
function requireSecret(secret: string): string {
  if (!/^[^\s,#"'\p{C}]{16,}$/u.test(secret)) {
    throw new ConfigError(
      '--secret: a secret has at least 16 characters, and no whitespace, comma, # or quotation mark.',
    );
  }
  return secret;
}

function requireLimits(limits: Partial<CoturnLimits>): void {
  const { userQuota, totalQuota, maxBytesPerSecond, capacityBytesPerSecond } = limits;
  if (userQuota !== undefined && totalQuota !== undefined && userQuota > totalQuota) {
    throw new ConfigError(`--user-quota: ${userQuota} for one is more than --total-quota, ${totalQuota}, for all.`);
  }
  if (maxBytesPerSecond !== undefined && (capacityBytesPerSecond ?? Infinity) < maxBytesPerSecond) {
    throw new ConfigError(`--bps-capacity: ${capacityBytesPerSecond} is less than --max-bps, ${maxBytesPerSecond}.`);
  }
}

function peerRange(text: string): string {
  const [first = '', last = first, ...more] = text.split('-');
  if (more.length > 0 || isIP(first) === 0 || isIP(last) !== isIP(first) || /^[0:]+$/.test(first)) {
    throw new ConfigError(`--deny: ${quoted(text)} is not an address or FIRST-LAST, two addresses of one family.`);
  }
  return text;
}

function prometheusOf(text: string): NonNullable<CoturnOptions['prometheus']> {
  const [, bracketed, plain = bracketed ?? '', digits = ''] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const isAddress = bracketed === undefined ? isIPv4(plain) : isIPv6(bracketed);
  if (!isAddress || port < 1 || port > 65_535) {
    throw new ConfigError(`--prometheus: ${quoted(text)} is not ADDRESS:PORT, such as 10.0.0.5:9641.`);
  }
  return { address: bracketed ?? plain, port };
}

function requireLine(option: string, path: string): void {
  if (!/^\/[^\s#"'\p{C}]*$/u.test(path)) {
    throw new ConfigError(
      `${option}: ${quoted(path)} is not a path from / on, without whitespace and quotation marks.`,
    );
  }
}

const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
