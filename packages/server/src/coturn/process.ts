import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { bind } from '@anypath/stun';
import { findExecutable } from './executable.ts';

const READY_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 2_000;
/** Lines of its output that are kept, to say why it died. */
const LOG_LINES = 20;

/** A turnserver that we started. */
export interface TurnProcess {
  readonly pid: number;
  /** Resolves when it has ended, with its last lines of output. */
  readonly ended: Promise<string>;
  /** Ends it: SIGTERM, and SIGKILL where that is not enough. */
  stop(): Promise<void>;
}

/**
 * Starts turnserver and waits until it answers.
 *
 * @param executable path of turnserver
 * @param configFile its configuration
 * @param host address that it listens on
 * @param port UDP and TCP port that it listens on
 * @throws Error with its output where it ends, or does not listen in time
 */
export async function startTurnserver(
  executable: string,
  configFile: string,
  host: string,
  port: number,
): Promise<TurnProcess> {
  const child = spawnBound(executable, ['-c', configFile]);
  const output = collect(child);
  const ended = once(child, 'close').then(() => output.join('\n'));
  const turn: TurnProcess = { pid: child.pid ?? 0, ended, stop: () => stop(child, ended) };
  try {
    await Promise.race([
      listening(host, port),
      once(child, 'error').then(([error]) => Promise.reject(error)),
      ended.then((text) => Promise.reject(new Error(`turnserver ended:\n${text}`))),
    ]);
    return turn;
  } catch (error) {
    await turn.stop();
    throw error;
  }
}

/** Where the system can do it, the child ends with us however we end (Linux: PR_SET_PDEATHSIG). */
function spawnBound(executable: string, args: string[]): ChildProcess {
  const setpriv = process.platform === 'linux' ? findExecutable('setpriv') : undefined;
  const command = setpriv ?? executable;
  const bound = setpriv ? ['--pdeathsig', 'TERM', '--', executable, ...args] : args;
  return spawn(command, bound, { stdio: ['ignore', 'pipe', 'pipe'] });
}

function collect(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.split('\n').filter(Boolean));
      lines.splice(0, lines.length - LOG_LINES);
    });
  }
  return lines;
}

/** turnserver says nowhere when it is ready, and its UDP ports open after its TCP ports; an answer to STUN on both does. */
async function listening(host: string, port: number): Promise<void> {
  const address = host.includes(':') ? `[${host}]` : host;
  const untilMs = performance.now() + READY_WITHIN_MS;
  for (const transport of ['tcp', 'udp']) {
    while (!(await answers(`turn:${address}:${port}?transport=${transport}`))) {
      if (performance.now() > untilMs) throw new Error(`turnserver does not listen on ${host}:${port}, ${transport}`);
      await delay(25);
    }
  }
}

const answers = (uri: string): Promise<boolean> =>
  bind(uri, { timeoutMs: 1_000 }).then(
    () => true,
    () => false,
  );

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
