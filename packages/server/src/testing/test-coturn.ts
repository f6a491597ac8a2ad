import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { findExecutable } from '../coturn/executable.ts';
import { freePort } from '../coturn/free-port.ts';
import { startTurnserver, type TurnProcess } from '../coturn/process.ts';
import { coturnConfig } from '../coturn/template.ts';

const HOST = '127.0.0.1';
const REALM = 'anypath';

/** How the coturn of a test differs from the one of the template. */
export interface TestCoturnOptions {
  /** `static-auth-secret`. */
  readonly secrets?: readonly string[];
  /** A secret in its database, where `secret` can change it. */
  readonly storedSecret?: string;
  /** A user with a password that does not change, instead of secrets. */
  readonly user?: { readonly name: string; readonly password: string };
}

/** The real coturn on a free port of loopback, with a folder of its own; gone at the end of the test. */
export class TestCoturn implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  #process: TurnProcess | undefined;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  /** Whether coturn is installed. */
  static get isInstalled(): boolean {
    return findExecutable('turnserver') !== undefined;
  }

  static async start(options: TestCoturnOptions): Promise<TestCoturn> {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-coturn-'));
    const port = await freePort(HOST, 0);
    const coturn = new TestCoturn(port, folder);
    writeFileSync(join(folder, 'turnserver.conf'), configuration(port, folder, options), { mode: 0o600 });
    if (options.storedSecret !== undefined) {
      inWalMode(join(folder, 'turndb'));
      coturn.secret('set', options.storedSecret);
    }
    await coturn.restart();
    return coturn;
  }

  /** `turn:` URIs for UDP and TCP. */
  get uris(): string[] {
    return ['udp', 'tcp'].map((transport) => `turn:${HOST}:${this.port}?transport=${transport}`);
  }

  /** Starts it again after `kill`, with what its database holds. */
  async restart(): Promise<void> {
    const executable = findExecutable('turnserver') ?? '';
    this.#process = await startTurnserver(executable, join(this.#folder, 'turnserver.conf'), HOST, this.port);
  }

  /** Ends it without a goodbye. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#process?.ended;
  }

  /** `SIGSTOP` makes it silent: the kernel goes on accepting for it. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (this.#process) process.kill(this.#process.pid, name);
  }

  /** Adds a secret to its database, or removes one, as an operator does while it runs. */
  secret(action: 'set' | 'delete', secret: string): void {
    const args = ['-b', join(this.#folder, 'turndb'), `--${action}-secret=${secret}`, '-r', REALM];
    const output = execFileSync('turnadmin', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    // It leaves a log in a place of its own.
    const log = /log file opened: (\S+)/.exec(output)?.[1];
    if (log !== undefined) rmSync(log, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal('SIGCONT');
    await this.#process?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * While turnadmin writes, coturn cannot read its database and refuses everybody, unless the database has a write-ahead
 * log. The mode stays with the file.
 */
function inWalMode(file: string): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL');
  db.close();
}

function configuration(port: number, folder: string, { secrets = [], user }: TestCoturnOptions): string {
  const relayPorts = { min: 20_000, max: 20_999 };
  const text = coturnConfig({
    addresses: [HOST],
    port,
    relayPorts,
    secrets: [...secrets],
    realm: REALM,
    folder,
    loopbackOnly: true,
  });
  return user ? text.replace('use-auth-secret', `lt-cred-mech\nuser=${user.name}:${user.password}`) : text;
}
