import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A server in a process of its own. */
export interface Child extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts a Node program that says `listening on URL`.
 *
 * @param file of the program
 * @throws Error where it ends before it says so
 */
export async function startChild(file: string, args: readonly string[], env: Record<string, string>): Promise<Child> {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^listening on (\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return { url: url.replace('localhost', '127.0.0.1'), [Symbol.asyncDispose]: stop };
  }
  throw new Error(`${file} ended before it listened`);
}
