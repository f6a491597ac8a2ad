import { readFileSync } from 'node:fs';
import type { Socket } from 'socket.io-client';
import type { Child } from '../child.ts';
import { connect } from '../signalling/clients.ts';

/** What idle sockets take of a node. */
export interface IdleGrowth {
  readonly sockets: number;
  /** Resident memory of a socket, from the first 100 on, KiB. */
  readonly kib: number;
  /** Processor time of the node for one to connect, milliseconds. */
  readonly cpuMs: number;
  /** On the way there: how many there were, and what each took of those that came since the last step. */
  readonly steps: readonly { readonly sockets: number; readonly residentMiB: number; readonly kib: number }[];
}

const FIRST = 100;
const STEPS = [1_000, 5_000, 10_000, 15_000] as const;
const BATCH = 100;
/** Files that both programs have open beside sockets. */
const OTHER_FILES = 100;

/**
 * Connects more and more sockets to a node, and looks at its memory.
 *
 * @throws Error where this system does not allow a program so many open files
 */
export async function idleGrowth(node: Child, sockets: number, say: (line: string) => void): Promise<IdleGrowth> {
  const allowed = openFiles();
  if (allowed < sockets + OTHER_FILES) {
    throw new Error(
      `${sockets} sockets need ${sockets + OTHER_FILES} open files, and ${allowed} are allowed: raise it (ulimit -n), or take --sockets ${allowed - OTHER_FILES}`,
    );
  }
  const all: Socket[] = [];
  await connectUpTo(node, all, FIRST);
  const first = node.residentKib() ?? Number.NaN;
  const cpuSeconds = node.cpuSeconds() ?? Number.NaN;
  const steps: { sockets: number; residentMiB: number; kib: number }[] = [];
  let before = first;
  for (const step of [...STEPS.filter((count) => count < sockets), sockets]) {
    const already = all.length;
    await connectUpTo(node, all, step);
    const now = node.residentKib() ?? Number.NaN;
    steps.push({ sockets: step, residentMiB: Math.round(now / 1_024), kib: (now - before) / (step - already) });
    say(
      `${step} idle sockets: ${(now / 1_024).toFixed(0)} MiB, ${steps.at(-1)?.kib.toFixed(1)} KiB each since the last step`,
    );
    before = now;
  }
  const cpuMs = (((node.cpuSeconds() ?? Number.NaN) - cpuSeconds) * 1_000) / (sockets - FIRST);
  for (const socket of all) socket.disconnect();
  return { sockets, kib: (before - first) / (sockets - FIRST), cpuMs, steps };
}

async function connectUpTo({ url }: Child, all: Socket[], count: number): Promise<void> {
  while (all.length < count) {
    const wallets = Array.from({ length: Math.min(BATCH, count - all.length) }, (_, at) => `idle-${all.length + at}`);
    all.push(...(await Promise.all(wallets.map((wallet) => connect(url, wallet)))));
  }
}

/** How many files a program may have open (proc(5), `limits`); any number where the system does not tell. */
function openFiles(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
