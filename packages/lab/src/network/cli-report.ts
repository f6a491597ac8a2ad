import { fileURLToPath } from 'node:url';
import type { Client } from './client.ts';

const MAIN = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));

/** How a command of the built command line is run on a client's computer. */
export interface CliRun {
  /** What it prints as JSON is its report. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** It is killed after so long, milliseconds: beyond its own deadline it hangs. */
  readonly hangMs: number;
}

/**
 * Runs a command to its end.
 *
 * @param reads makes something of the JSON that it printed, or throws
 * @returns that, and what the command ended with
 * @throws Error with what it printed, where that is no report or it hangs
 */
export function cliReport<T>(
  client: Client,
  { args, env, hangMs }: CliRun,
  reads: (json: unknown) => T,
): Promise<{ report: T; exitStatus: number | null }> {
  const child = client.spawn(process.execPath, [MAIN, ...args], { env });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), hangMs);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitStatus) => {
      clearTimeout(timer);
      const text = Buffer.concat(output).toString();
      try {
        resolve({ report: reads(JSON.parse(text)), exitStatus });
      } catch {
        const what = args.slice(0, 2).join(' ');
        reject(new Error(`no report of ${what} in ${client.name}: ${text.slice(0, 500)}${Buffer.concat(errors)}`));
      }
    });
  });
}
