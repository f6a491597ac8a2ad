import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { findExecutable } from '../coturn/executable.ts';
import { freePort } from '../coturn/free-port.ts';

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 10_000;

/** A real Redis of a test, which keeps nothing on disk. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  /** Ends it, in whatever state it is. */
  stop(): Promise<void>;
  /** Ends it without a goodbye. */
  kill(): Promise<void>;
  /** Starts it again on the same port after `kill`, empty. */
  restart(): Promise<void>;
  /** It stands still, while the kernel goes on accepting for it. */
  freeze(): void;
  thaw(): void;
}

/** Valkey is Redis under another name, and stands in for it on systems that have it alone. */
const executable = (): string | undefined => findExecutable('redis-server') ?? findExecutable('valkey-server');

/** Whether Redis is installed. */
export const hasRedis = (): boolean => executable() !== undefined;

/**
 * Starts Redis on a free port of loopback.
 *
 * @throws Error where it does not answer in time
 */
export async function startRedis(): Promise<TestRedis> {
  const port = await freePort(HOST, 0);
  let child = await start(port);
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    // It ends also while it is frozen.
    child.kill('SIGKILL');
    await ended;
  };
  return {
    url: `redis://${HOST}:${port}`,
    stop: end,
    kill: end,
    restart: async () => {
      await end();
      child = await start(port);
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    [Symbol.asyncDispose]: end,
  };
}

async function start(port: number): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', HOST, '--save', '', '--appendonly', 'no', '--databases', '64'];
  // Where the system can do it, it ends with us however we end (Linux: PR_SET_PDEATHSIG).
  const bound = process.platform === 'linux' ? findExecutable('setpriv') : undefined;
  const program = executable() ?? 'redis-server';
  const [command, ...rest] = bound === undefined ? [program] : [bound, '--pdeathsig', 'KILL', '--', program];
  const child = spawn(command ?? program, [...rest, ...args], { stdio: 'ignore' });
  const untilMs = performance.now() + READY_WITHIN_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > untilMs) {
      child.kill('SIGKILL');
      throw new Error(`redis-server does not answer on port ${port}`);
    }
    await delay(10);
  }
  return child;
}

/** Whether it answers a PING, in the inline form of its protocol. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
  });
}
