import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { ConfigError, type CoturnLimits, coturnConfig, deployedCoturn, deployedUris } from '@anypath/server';
import { Command, Option } from 'commander';
import { collected, countOf, endWithUsage, orRefused, portOf, portsOf, refuse, written } from './arguments.ts';

const NAME = 'anypath turn config';

interface ConfigOptions {
  readonly domain: string;
  readonly externalIp: readonly string[];
  readonly secret?: readonly string[];
  readonly secretFile?: readonly string[];
  readonly port?: number;
  readonly tls: boolean;
  readonly tlsPorts?: readonly number[];
  readonly plainPorts?: readonly number[];
  readonly front?: true;
  readonly certificate?: string;
  readonly key?: string;
  readonly relayPorts?: string;
  readonly userQuota?: number;
  readonly totalQuota?: number;
  readonly maxBps?: number;
  readonly bpsCapacity?: number;
  readonly deny?: readonly string[];
  readonly prometheus?: string;
  readonly folder?: string;
  readonly format: 'conf' | 'uris';
  readonly output?: string;
}

/** `anypath turn config`: the file that coturn is started with. */
export const turnConfigCommand = (): Command =>
  new Command('config')
    .description('Print the configuration of a coturn that is closed to private networks and has quotas.')
    .requiredOption('--domain <name>', 'the name that clients know, which the certificate is for')
    .requiredOption(
      '--external-ip <address>',
      'its public address, or PUBLIC/PRIVATE behind a NAT; once for each family',
      collected,
    )
    .option('--secret <text>', 'static-auth-secret; TURN_SECRET of the environment where it is left out', collected)
    .option('--secret-file <file>', 'a file with the secret, in place of --secret; may be repeated', collected)
    .option('--port <number>', 'UDP and TCP (default 3478)', portOf)
    .option('--tls-ports <list>', 'TURN over TLS (default 443,5349)', portsOf)
    .option('--no-tls', 'without TLS')
    .option('--plain-ports <list>', 'further ports without TLS (default 80)', portsOf)
    .option('--front', 'the TLS front has ports 443 and 80 of this machine: TLS on 5349 alone')
    .option('--certificate <file>', 'certificate chain, PEM (default FOLDER/fullchain.pem)')
    .option('--key <file>', 'its private key, PEM (default FOLDER/privkey.pem)')
    .option('--relay-ports <range>', 'UDP ports of allocations (default 49152-65535)')
    .option('--user-quota <number>', 'allocations at a time for one wallet (default 120)', countOf)
    .option('--total-quota <number>', 'allocations at a time in all (default 4000)', countOf)
    .option('--max-bps <bytes>', 'bytes a second of one allocation (default 2500000)', countOf)
    .option('--bps-capacity <bytes>', 'bytes a second of all; each allocation reserves --max-bps of it', countOf)
    .option('--deny <range>', 'a further range, FIRST-LAST, that is no peer; may be repeated', collected)
    .option('--prometheus <address:port>', 'serve metrics there, where coturn is built with it')
    .option('--folder <folder>', 'for its database and process id (default /var/lib/turn)')
    .addOption(
      new Option('--format <format>', 'conf: the file; uris: what TURN_URIS of the server is')
        .choices(['conf', 'uris'])
        .default('conf'),
    )
    .option('--output <file>', 'write it there, readable by this user alone, instead of printing it')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', HELP)
    .exitOverride(endWithUsage)
    .action(run);

const HELP = `
The file holds the secret. It ends with 0, or with 64 and one line for bad arguments.

Examples:
  anypath turn config --domain turn.example.com --external-ip 203.0.113.7 --secret-file secret.txt --output turnserver.conf
  anypath turn config --domain turn.example.com --external-ip 203.0.113.7/10.0.0.5 --front > turnserver.conf
  anypath turn config --domain turn.example.com --external-ip 203.0.113.7 --format uris`;

async function run(options: ConfigOptions): Promise<void> {
  const text = orRefused(NAME, () => rendered(options));
  if (options.output === undefined) return written(text);
  try {
    writeWhole(options.output, text);
  } catch (error) {
    refuse(NAME, `--output: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function rendered(options: ConfigOptions): string {
  const { domain, format, front, deny } = options;
  const tlsPorts = !options.tls ? [] : (options.tlsPorts ?? (front ? [5349] : undefined));
  const plainPorts = options.plainPorts ?? (front ? [] : undefined);
  const coturn = deployedCoturn({
    ...options,
    externalIps: options.externalIp,
    // Addresses alone need no secret.
    secrets: format === 'uris' ? [] : secretsOf(options),
    limits: limitsOf(options),
    ...(tlsPorts === undefined ? {} : { tlsPorts }),
    ...(plainPorts === undefined ? {} : { plainPorts }),
    ...(deny === undefined ? {} : { deniedPeers: deny }),
  });
  return format === 'uris' ? `${deployedUris(domain, coturn, front === true).join(',')}\n` : coturnConfig(coturn);
}

const limitsOf = ({ userQuota, totalQuota, maxBps, bpsCapacity }: ConfigOptions): Partial<CoturnLimits> => ({
  ...(userQuota === undefined ? {} : { userQuota }),
  ...(totalQuota === undefined ? {} : { totalQuota }),
  ...(maxBps === undefined ? {} : { maxBytesPerSecond: maxBps }),
  ...(bpsCapacity === undefined ? {} : { capacityBytesPerSecond: bpsCapacity }),
});

function secretsOf({ secret, secretFile }: ConfigOptions): string[] {
  if (secret !== undefined && secretFile !== undefined)
    throw new ConfigError('--secret and --secret-file: choose one.');
  if (secretFile !== undefined) return secretFile.map(contentOf);
  const given = secret ?? (process.env['TURN_SECRET'] ?? '').split(',').filter(Boolean);
  if (given.length === 0)
    throw new ConfigError('--secret: it is missing; give --secret-file, --secret or TURN_SECRET.');
  return [...given];
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new ConfigError(`--secret-file: ${JSON.stringify(file)} cannot be read (${code}).`);
  }
}

/** Whoever reads the file sees the old text or the new one, and nobody else sees either. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}
