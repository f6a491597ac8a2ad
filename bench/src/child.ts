import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A server in a process of its own. */
export interface Child extends AsyncDisposable {
  readonly url: string;
  /** Processor time that it has used so far, seconds; `undefined` where the system does not tell. */
  cpuSeconds(): number | undefined;
  /** Resident memory now, KiB; `undefined` where the system does not tell. */
  residentKib(): number | undefined;
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
    return {
      url: url.replace('localhost', '127.0.0.1'),
      cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
      residentKib: () => residentKibOf(child.pid ?? 0),
      [Symbol.asyncDispose]: stop,
    };
  }
  throw new Error(`${file} ended before it listened`);
}

/** Ticks of the clock in a second, by which Linux counts in /proc on every architecture that Node runs on. */
const TICKS = 100;

/** User and system time of a process (proc(5), `stat`, fields 14 and 15). */
function cpuSecondsOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return undefined;
  }
}

/** proc(5), `status`, VmRSS. */
function residentKibOf(pid: number): number | undefined {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
