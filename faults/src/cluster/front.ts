import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Destination } from '../cable.ts';
import { freePort } from '../free-port.ts';
import { makeCertificate } from './certificate.ts';

const FOLDER = fileURLToPath(new URL('../../../deploy/front/', import.meta.url));
const NAME = 'rtc.test';
/** Nobody listens there: no TURN is spoken here. */
const NOWHERE = '127.0.0.1:9';
const START_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20;
/** Lines of its log that are kept for whoever asks why it ended. */
const LINES_KEPT = 100;

/** The front, the real haproxy with the files that operators get. */
export class Front implements AsyncDisposable {
  /** Where clients find it. */
  readonly destination: Destination;
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];

  /**
   * Starts it before some nodes.
   *
   * @param folder for its files; made where it is missing
   * @param nodes where node1, node2 … listen: ports of loopback
   * @throws Error with its log where it does not come up
   */
  static async start(folder: string, nodes: readonly number[]): Promise<Front> {
    mkdirSync(folder, { recursive: true });
    const [port, plainPort] = [await freePort(), await freePort()];
    const certificate = makeCertificate(folder, NAME);
    const files = ['haproxy.cfg', 'cluster.cfg'].map((name) => {
      const file = join(folder, name);
      writeFileSync(file, here(readFileSync(join(FOLDER, name), 'utf8'), port, plainPort));
      return file;
    });
    const env = {
      ...process.env,
      WEB_CERTIFICATE: certificate.bundle,
      TURN_NAME: 'turn.test',
      TURN_TLS_BACKEND: NOWHERE,
      TURN_TCP_BACKEND: NOWHERE,
      ...Object.fromEntries(nodes.map((node, index) => [`NODE${index + 1}_BACKEND`, `127.0.0.1:${node}`])),
    };
    const args = ['-W', '-db', ...files.flatMap((file) => ['-f', file])];
    const front = new Front(
      { port, tls: { name: NAME, certificate: certificate.text } },
      spawn('haproxy', args, { env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    await front.#listening();
    return front;
  }

  private constructor(destination: Destination, child: ChildProcess) {
    this.destination = destination;
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#lines.push(...text.trimEnd().split('\n'));
        this.#lines.splice(0, this.#lines.length - LINES_KEPT);
      });
    }
    // Its processes do not outlive us, however we end.
    const kill = () => child.kill('SIGTERM');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
  }

  /** Has it read its files again: a new process listens, the one before keeps its connections. */
  reload(): void {
    this.#process.kill('SIGUSR2');
  }

  /** What it said last. */
  log(): string {
    return this.#lines.join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }

  async #listening(): Promise<void> {
    const failure = once(this.#process, 'exit').then(
      () => 'ended before it listened',
      (error: Error) => error.message,
    );
    const endMs = performance.now() + START_WITHIN_MS;
    while (!(await isOpen(this.destination.port))) {
      const why = await Promise.race([failure, sleep(LOOK_EVERY_MS, undefined)]);
      if (why === undefined && performance.now() < endMs) continue;
      throw new Error(`haproxy ${why ?? 'does not listen'}: ${this.log()}`);
    }
  }
}

/** The configuration with ports that anybody may take, and a name of its own inside: others run it beside us. */
const here = (configuration: string, port: number, plainPort: number): string =>
  configuration
    .replace(/^ +bind :::\d+ v6only\n/gm, '')
    .replace('bind :443', `bind 127.0.0.1:${port}`)
    .replace('bind :80', `bind 127.0.0.1:${plainPort}`)
    .replaceAll('abns@anypath', `abns@anypath-${port}`);

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
