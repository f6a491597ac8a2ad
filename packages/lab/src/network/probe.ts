import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Namespace } from './namespace.ts';

/** How a probe and the one who started it talk. */
export interface ProbeIo {
  /** Tells the one who started it. */
  say(value: unknown): void;
  /** @returns what it is told next */
  hear(): Promise<unknown>;
}

/**
 * What a probe does. It runs in a Node of its own, so it may use nothing but its arguments and what is global:
 * modules come from `process.getBuiltinModule`.
 */
export type ProbeBody<Argument> = (argument: Argument, io: ProbeIo) => unknown;

/** A function that runs inside a namespace and talks in JSON lines. */
export class Probe {
  readonly #child: ChildProcess;
  readonly #heard: AsyncIterator<string>;
  #errors = '';

  private constructor(child: ChildProcess) {
    const { stdout, stderr } = child;
    if (!stdout || !stderr) throw new Error('a probe talks through pipes');
    this.#child = child;
    this.#heard = createInterface({ input: stdout })[Symbol.asyncIterator]();
    stderr.on('data', (chunk) => {
      this.#errors += chunk;
    });
  }

  /**
   * Starts a probe.
   *
   * @param env added to the environment of this process
   */
  static start<Argument>(
    namespace: Namespace,
    body: ProbeBody<Argument>,
    argument: Argument,
    env: NodeJS.ProcessEnv = {},
  ): Probe {
    const source = `(${runProbe})(${body}, ${JSON.stringify(argument)})`;
    return new Probe(namespace.spawn(process.execPath, ['-e', source], { env: { ...process.env, ...env } }));
  }

  /** @returns what the probe says next */
  async next<Value>(): Promise<Value> {
    const line = await this.#heard.next();
    if (line.done) throw new Error(`the probe has ended: ${this.#errors}`);
    return JSON.parse(line.value) as Value;
  }

  /** Tells the probe something. */
  tell(value: unknown): void {
    this.#child.stdin?.write(`${JSON.stringify(value)}\n`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** Runs a function inside a namespace and returns what it returns. */
export async function evaluate<Argument, Value>(
  namespace: Namespace,
  body: (argument: Argument) => Promise<Value>,
  argument: Argument,
  env: NodeJS.ProcessEnv = {},
): Promise<Value> {
  const source = `(${runOnce})(${body}, ${JSON.stringify(argument)})`;
  const output = await namespace.run(process.execPath, ['-e', source], { env: { ...process.env, ...env } });
  return JSON.parse(output) as Value;
}

/** The frame around a probe; runs in the probe's process. */
function runProbe(body: ProbeBody<unknown>, argument: unknown): void {
  const lines = process
    .getBuiltinModule('node:readline')
    .createInterface({ input: process.stdin })
    [Symbol.asyncIterator]();
  const io: ProbeIo = {
    say: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
    hear: async () => JSON.parse((await lines.next()).value ?? 'null'),
  };
  body(argument, io);
}

/** The frame around a function; runs in its process, and ends it whatever the function left open. */
function runOnce(body: (argument: unknown) => Promise<unknown>, argument: unknown): void {
  body(argument).then(
    (value) => process.stdout.write(JSON.stringify(value ?? null), () => process.exit(0)),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
}
