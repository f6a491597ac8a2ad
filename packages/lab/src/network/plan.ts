import { mkdirSync, writeFileSync } from 'node:fs';
import type { Cable } from './cable.ts';
import { run } from './command.ts';
import { type DelayedCables, isDelayed } from './delayed-cables.ts';
import type { Namespace } from './namespace.ts';
import { NETNS_ETC } from './netns.ts';

/** A namespace to make. */
export interface Machine {
  readonly namespace: Namespace;
  /** The names that it knows: what `/etc/hosts` holds there. */
  readonly hosts: string;
}

/** Commands for a namespace once its interfaces are there, as lines of shell. */
export interface Setup {
  readonly namespace: Namespace;
  readonly script: string;
}

/** What to make, in the order in which it is made. */
export interface Plan {
  readonly machines: readonly Machine[];
  readonly cables: readonly Cable[];
  readonly setups: readonly Setup[];
}

/** How many shells run at a time; more than a few only wait for the kernel's network lock. */
const CONCURRENCY = 4;

/** Makes what a plan says: two processes for all namespaces and cables, then a shell for each namespace. */
export async function build(plan: Plan, delayed: DelayedCables): Promise<void> {
  for (const machine of plan.machines) writeFiles(machine);
  await ipBatch(plan.machines.map(({ namespace }) => `netns add ${namespace.name}`));
  await ipBatch(plan.cables.filter((cable) => !isDelayed(cable)).map(vethCommand));
  await allDone(plan.cables.filter(isDelayed).map((cable) => delayed.add(cable)));
  await runShells(plan.setups);
  await runShells(readiness(plan.cables));
}

/** One shell for each, a few at a time. */
async function runShells(setups: readonly Setup[]): Promise<void> {
  const waiting = [...setups];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await next.namespace.run('timeout', ['20', 'sh', '-e'], { input: next.script });
    }
  };
  await allDone(Array.from({ length: CONCURRENCY }, work));
}

/**
 * Waits until every interface carries packets. The kernel gives one its queue only once it has noticed the carrier, up
 * to a second after both ends are up; what is sent before that is dropped, and a lost ARP request costs a second more.
 */
function readiness(cables: readonly Cable[]): Setup[] {
  const devices = new Map<Namespace, string[]>();
  for (const { namespace, device } of cables.flatMap(({ ends }) => ends)) {
    devices.set(namespace, [...(devices.get(namespace) ?? []), device]);
  }
  return [...devices].map(([namespace, names]) => {
    const files = names.map((name) => `/sys/class/net/${name}/operstate`).join(' ');
    // A TAP interface says `unknown` until its carrier has been off for the first time.
    const script = `for file in ${files}; do until grep -qE '^(up|unknown)$' $file; do sleep 0.01; done; done\n`;
    return { namespace, script };
  });
}

/** As `Promise.all`, but rejects only when nothing is in the making any more, so that all of it can be torn down. */
export async function allDone(work: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(work);
  await Promise.all(work);
}

/** @returns lines of shell that carry out `ip` commands in one process */
export function ipCommands(...commands: readonly string[]): string {
  return `ip -batch - <<'END'\n${commands.join('\n')}\nEND\n`;
}

/** @returns lines of shell that load nftables rules */
export function nftCommands(rules: string): string {
  return `nft -f - <<'END'\n${rules}\nEND\n`;
}

function writeFiles({ namespace, hosts }: Machine): void {
  mkdirSync(namespace.folder, { recursive: true });
  const etc = `${NETNS_ETC}/${namespace.name}`;
  mkdirSync(etc, { recursive: true });
  writeFileSync(`${etc}/hosts`, hosts);
  // Nothing answers there, which refuses at once; without it a lookup would wait for a server out of reach.
  writeFileSync(`${etc}/resolv.conf`, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
}

/** Made with both ends in their namespaces at once, so that their names need be unique there alone. */
function vethCommand({ ends: [a, b] }: Cable): string {
  // One segment a packet, as on a wire: a rule that drops one in ten must not drop 64 kB at once.
  const size = 'gso_max_segs 1';
  const [left, right] = [a, b].map((end) => `name ${end.device} netns ${end.namespace.name} ${size}`);
  return `link add ${left} type veth peer ${right}`;
}

async function ipBatch(commands: readonly string[]): Promise<void> {
  if (commands.length > 0) await run('ip', ['-batch', '-'], { input: `${commands.join('\n')}\n` });
}
