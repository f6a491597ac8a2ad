import { type ChildProcess, spawn } from 'node:child_process';

/** What a command that is waited for may be given. */
export interface CommandOptions {
  /** What it reads on its standard input. */
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

const running = new Set<ChildProcess>();

/** Kills every command that is being waited for, since this process is about to end. */
export function killCommands(): void {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Runs a command to its end.
 *
 * @returns what it wrote to its standard output
 * @throws Error with the command and what it wrote to its standard error, where it failed
 */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: options.env, signal: options.signal });
    running.add(child);
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    // A command that fails early closes its input; its exit code says more than a broken pipe would.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => {
      running.delete(child);
      reject(error);
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      if (code === 0) return resolve(Buffer.concat(output).toString());
      const line = [command, ...args].join(' ');
      reject(new Error(`${line} ended with ${code ?? signal}: ${Buffer.concat(errors).toString().trim()}`));
    });
  });
}
