import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { areOpen, type Ports } from './listening.ts';
import type { Logged, Namespace } from './namespace.ts';
import { kernelNameOf, networkOf } from './netns.ts';

/** How to run a service. */
export interface ServiceSpec {
  /** As people know it: `coturn`, `squid`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** It is ready once all of these are open. */
  readonly ports: Ports;
  /** Files that it writes its log into, besides what it prints. */
  readonly logFiles?: readonly string[];
}

/** The slowest to start is squid, which needs a second when four start at once on one core. */
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;
const POLL_MS = 10;
/** So much of a log goes into an error. */
const TAIL_CHARACTERS = 2_000;

/** A program that serves on one of the lab's machines. */
export class Service implements Logged {
  readonly name: string;
  readonly #namespace: Namespace;
  readonly #spec: ServiceSpec;
  #child: ChildProcess | undefined;
  #printed = '';

  private constructor(namespace: Namespace, spec: ServiceSpec) {
    this.name = spec.name;
    this.#namespace = namespace;
    this.#spec = spec;
  }

  /**
   * Starts a service and waits until its ports are open.
   *
   * @throws Error with the end of its log, where it ends before that or takes too long
   */
  static async start(namespace: Namespace, spec: ServiceSpec): Promise<Service> {
    const service = new Service(namespace, spec);
    namespace.services.push(service);
    await service.#start();
    return service;
  }

  /** The process, or undefined where none runs. */
  get pid(): number | undefined {
    return this.#isRunning() ? this.#child?.pid : undefined;
  }

  /** All that it printed and logged, over all restarts. */
  log(): string {
    return this.#printed + (this.#spec.logFiles ?? []).map(contents).join('');
  }

  /** Ends it as a crash would (SIGKILL); resolved once it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end (SIGTERM) and insists after five seconds; resolved once it is gone. */
  async stop(): Promise<void> {
    const insist = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#end('SIGTERM');
    clearTimeout(insist);
  }

  /** Starts it again with what it was started with, after ending it where it runs. */
  async restart(): Promise<void> {
    await this.kill();
    await this.#start();
  }

  async #start(): Promise<void> {
    const { command, args, cwd, env } = this.#spec;
    const child = this.#namespace.spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd && { cwd }),
    });
    this.#child = child;
    const keep = (chunk: Buffer) => {
      this.#printed += chunk;
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => keep(Buffer.from(`${error}\n`)));
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!this.#isReady()) {
      const late = performance.now() > deadline;
      if (late) await this.kill();
      if (!this.#isRunning()) {
        throw new Error(`${this.#title()} ${late ? 'is late' : 'ended before it was ready'}: ${this.#tail()}`);
      }
      await delay(POLL_MS);
    }
  }

  #isReady(): boolean {
    const pid = this.#child?.pid;
    // The process is outside at first, where another program may have the same ports open.
    if (pid === undefined || networkOf(pid) !== kernelNameOf(this.#namespace.name)) return false;
    return areOpen(pid, this.#spec.ports);
  }

  #isRunning(): boolean {
    const child = this.#child;
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || !this.#isRunning()) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  #title(): string {
    return `${this.name} on ${this.#namespace.label}`;
  }

  #tail(): string {
    return this.log().slice(-TAIL_CHARACTERS);
  }
}

function contents(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
