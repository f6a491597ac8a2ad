import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A server in a process of its own. */
export interface Child extends AsyncDisposable {
  readonly url: string;
  /** Processor time that it has used so far, seconds; `undefined` where the system does not tell. */
  cpuSeconds(): number | undefined;
  /** Resident memory now, KiB; `undefined` where the system does not tell. */
  residentKib(): number | undefined;
}

/** A program that was started, and that may not listen yet. */
export interface Launched {
  /** Where it listens, once it says so. Rejects where it ends before. */
  readonly listening: Promise<string>;
  readonly pid: number;
  /** Resolves when it has ended, with its exit status; `null` where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Sends it a signal. @returns when it has ended */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * Starts a Node program that says `listening on URL`.
 *
 * @param file of the program
 * @param told of every other line that it prints
 * @param wrapper a command that is given Node and its arguments, and becomes it
 */
export function launch(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
  told: (line: string) => void = () => undefined,
  wrapper: readonly string[] = [],
): Launched {
  const [command = process.execPath, ...rest] = [...wrapper, process.execPath, file, ...args];
  const child = spawn(command, rest, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // It does not outlive us, however we end.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit').then(([status]) => {
    process.off('exit', kill);
    return status as number | null;
  });
  const listening = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^listening on (\S+)$/.exec(line)?.[1];
      if (url === undefined) told(line);
      else resolve(url.replace('localhost', '127.0.0.1'));
    });
    void ended.then(() => reject(new Error(`${file} ended before it listened`)));
  });
  // Nobody may be waiting for it.
  listening.catch(() => undefined);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    await ended;
  };
  return { listening, pid: child.pid ?? 0, ended, end };
}

/**
 * Starts a Node program that says `listening on URL`, and waits until it does.
 *
 * @param file of the program
 * @throws Error where it ends before it says so
 */
export async function startChild(file: string, args: readonly string[], env: Record<string, string>): Promise<Child> {
  const { listening, pid, end } = launch(file, args, env);
  return {
    url: await listening,
    cpuSeconds: () => cpuSecondsOf(pid),
    residentKib: () => residentKibOf(pid),
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}

/** Time on a processor of all threads of a process (kernel documentation, sched-stats, `/proc/<pid>/schedstat`, the first number, nanoseconds). */
function cpuSecondsOf(pid: number): number | undefined {
  try {
    let nanoseconds = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]);
    }
    return nanoseconds / 1e9;
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
