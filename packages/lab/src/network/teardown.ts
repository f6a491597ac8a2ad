import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAlive, type LabId, labOf } from './lab-id.ts';
import { kernelNameOf, NETNS_ETC, NETNS_HANDLES, networkOf } from './netns.ts';

/*
 * Everything here is synchronous: the handler of `process.exit` may not wait, and one way of
 * clearing up that every run takes is one that is known to work after a crash.
 */

/** Each place where a lab leaves something under a name that starts with its id. */
const PLACES = [NETNS_HANDLES, NETNS_ETC, '/dev/shm', tmpdir()];

const KILL_TIMEOUT_MS = 5_000;
const KILL_POLL_MS = 5;

/** @returns the folder for a lab's files, which does not exist yet */
export function labFolder(id: LabId): string {
  return `${tmpdir()}/${id}`;
}

/** Removes everything that a lab made: its processes, its namespaces with their links, its folders. */
export function tearDown(id: LabId): void {
  const namespaces = listPlace(NETNS_HANDLES).filter((name) => labOf(name) === id);
  killProcesses(namespaces);
  const commands = namespaces.map((name) => `netns del ${name}\n`).join('');
  // Another lab's sweep may have been quicker; what counts is that they are gone.
  if (namespaces.length > 0) spawnSync('ip', ['-force', '-batch', '-'], { input: commands });
  for (const place of PLACES) {
    if (place === NETNS_HANDLES) continue;
    for (const name of listPlace(place)) {
      if (labOf(name) === id) rmSync(`${place}/${name}`, { recursive: true, force: true });
    }
  }
}

/**
 * Removes what labs left behind whose process is dead (`kill -9`, a power cut).
 *
 * @returns the labs that were removed
 */
export function sweep(): LabId[] {
  const labs = new Set(PLACES.flatMap(listPlace).map(labOf));
  const dead = [...labs].filter((id) => id !== undefined && !isAlive(id)) as LabId[];
  for (const id of dead) tearDown(id);
  return dead;
}

/** @returns the processes that run in any of these namespaces */
export function processesIn(namespaces: readonly string[]): number[] {
  const inside = new Set(namespaces.map(kernelNameOf));
  return listPlace('/proc')
    .filter((entry) => /^\d+$/.test(entry) && isInside(entry, inside) && !isZombie(entry))
    .map(Number);
}

function killProcesses(namespaces: readonly string[]): void {
  const deadline = performance.now() + KILL_TIMEOUT_MS;
  // Again and again, because what is being killed may be starting others.
  for (let alive = processesIn(namespaces); alive.length > 0; alive = processesIn(namespaces)) {
    for (const pid of alive) kill(pid);
    if (performance.now() > deadline) throw new Error(`processes ${alive.join(', ')} survive SIGKILL`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, KILL_POLL_MS);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function listPlace(place: string): string[] {
  try {
    return readdirSync(place);
  } catch {
    return [];
  }
}

function isInside(pid: string, namespaces: ReadonlySet<string | undefined>): boolean {
  const network = networkOf(pid);
  return network !== undefined && namespaces.has(network);
}

/** A process that has ended and waits for its parent to notice holds nothing any more. */
function isZombie(pid: string): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
