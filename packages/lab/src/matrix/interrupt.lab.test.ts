import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { labOf } from '../network/lab-id.ts';
import { NETNS_ETC, NETNS_HANDLES } from '../network/netns.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const PLACES = [NETNS_HANDLES, NETNS_ETC, '/dev/shm', tmpdir()];

const entries = (place: string): string[] => {
  try {
    return readdirSync(place);
  } catch {
    return [];
  }
};

/** Names of this machine that belong to a lab of that process. */
const traces = (pid: number) => PLACES.flatMap(entries).filter((name) => labOf(name)?.startsWith(`ap${pid}t`));

/** Processes that were started with a folder of that lab, browsers and their helpers among them. */
const processes = (pid: number) =>
  entries('/proc').filter((entry) => {
    try {
      return /^\d+$/.test(entry) && readFileSync(`/proc/${entry}/environ`, 'utf8').includes(`/ap${pid}t`);
    } catch {
      return false;
    }
  });

describe('the whole lab, with real Chromium and Firefox', () => {
  it.for(['SIGINT', 'SIGTERM'] as const)('leaves no namespace, process or file behind after %s', async (signal) => {
    const child = spawn(process.execPath, [MAIN, '--pairs', 'home@firefox:home', '--trials', '9'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = child.pid ?? 0;
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('browsers connected')) break;
    expect(traces(pid).length).toBeGreaterThan(0);
    expect(processes(pid).length).toBeGreaterThan(2);
    const ended = once(child, 'exit');
    child.kill(signal);
    expect(await ended).toEqual([signal === 'SIGINT' ? 130 : 143, null]);
    expect(traces(pid)).toEqual([]);
    expect(processes(pid)).toEqual([]);
  });
});
