import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bind } from '../binding.ts';
import type { Server } from '../connect.ts';
import { within } from '../deadline.ts';
import type { TurnCredentials } from '../long-term-credential.ts';
import { connectTcp } from '../transport-stream.ts';
import { type Certificate, makeCertificate } from './certificate.ts';
import { freePort } from './free-port.ts';

const SECRET = 'a secret for tests';
const HOUR_SECONDS = 3_600;
const READY_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 2_000;

export const COTURN_IS_MISSING = 'coturn is not installed (apt-get install coturn)';

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const findExecutable = (name: string) =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);

const executable = findExecutable('turnserver');

/** Whether turnserver is on the PATH. */
export const hasCoturn = executable !== undefined;

/** Where the system can do it, the child ends with us however we end. */
function spawnBound(args: readonly string[]): ChildProcess {
  const command = [executable ?? 'turnserver', ...args];
  const setpriv = process.platform === 'linux' ? findExecutable('setpriv') : undefined;
  const [program = '', ...rest] = setpriv ? [setpriv, '--pdeathsig', 'TERM', '--', ...command] : command;
  return spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A real coturn on loopback, IPv4 and, where asked for, IPv6. */
export class Coturn implements AsyncDisposable {
  readonly port: number;
  readonly tlsPort: number;
  readonly certificate: Certificate;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, port: number, tlsPort: number, certificate: Certificate) {
    this.#child = child;
    this.#folder = folder;
    this.port = port;
    this.tlsPort = tlsPort;
    this.certificate = certificate;
  }

  /** @param options further lines of its configuration */
  static async start(options: { addresses?: readonly string[]; lines?: readonly string[] } = {}): Promise<Coturn> {
    const { addresses = ['127.0.0.1'], lines = [] } = options;
    const folder = mkdtempSync(join(tmpdir(), 'anypath-stun-coturn-'));
    const certificate = await makeCertificate(folder);
    const [port, tlsPort] = [await freePort(), await freePort()];
    const file = join(folder, 'turnserver.conf');
    writeFileSync(file, configuration({ addresses, port, tlsPort, folder, certificate, lines }), { mode: 0o600 });
    const child = spawnBound(['-c', file]);
    const coturn = new Coturn(child, folder, port, tlsPort, certificate);
    try {
      const output: string[] = [];
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => output.push(`${text}`));
      const died = once(child, 'close').then(() => Promise.reject(new Error(`turnserver ended:\n${output.join('')}`)));
      died.catch(() => undefined);
      const servers = addresses.flatMap((host): Server[] => [
        { host, port, transport: 'udp' },
        { host, port, transport: 'tcp' },
        { host, port: tlsPort, transport: 'tls' },
      ]);
      await Promise.race([Promise.all(servers.map(answering)), died]);
      return coturn;
    } catch (error) {
      await coturn[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Credentials of the TURN REST API (draft-uberti-behave-turn-rest), valid for an hour unless told otherwise. */
  credentials(validForSeconds = HOUR_SECONDS): TurnCredentials {
    const username = `${Math.floor(Date.now() / 1_000) + validForSeconds}:test`;
    return { username, credential: createHmac('sha1', SECRET).update(username).digest('base64') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'close');
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface Settings {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly tlsPort: number;
  readonly folder: string;
  readonly certificate: Certificate;
  readonly lines: readonly string[];
}

function configuration({ addresses, port, tlsPort, folder, certificate, lines }: Settings): string {
  const relayPort = randomInt(20_000, 32_000);
  return [
    ...addresses.flatMap((address) => [`listening-ip=${address}`, `relay-ip=${address}`]),
    `listening-port=${port}`,
    `tls-listening-port=${tlsPort}`,
    `cert=${certificate.certificateFile}`,
    `pkey=${certificate.keyFile}`,
    `min-port=${relayPort}`,
    `max-port=${relayPort + 500}`,
    'realm=example.org',
    'use-auth-secret',
    `static-auth-secret=${SECRET}`,
    'fingerprint',
    'allow-loopback-peers',
    'no-multicast-peers',
    'no-cli',
    'no-dtls',
    `userdb=${folder}/turndb`,
    `pidfile=${folder}/turnserver.pid`,
    'log-file=stdout',
    'simple-log',
    ...lines,
    '',
  ].join('\n');
}

/** turnserver says nowhere when it is ready, and opens its ports one after the other: a few milliseconds apart. */
async function answering(server: Server): Promise<void> {
  const untilMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const isReady = await answers(server);
    if (isReady) return;
    if (performance.now() > untilMs) throw new Error(`turnserver does not answer on ${server.host} ${server.port}`);
    await delay(20);
  }
}

function answers({ host, port, transport }: Server): Promise<boolean> {
  const attempt =
    transport === 'udp'
      ? bind({ scheme: 'stun', host, port, transport }, { timeoutMs: 1_000 })
      : within({ timeoutMs: 1_000 }, async (signal) => (await connectTcp({ address: host, port }, signal)).destroy());
  return attempt.then(
    () => true,
    () => false,
  );
}
