import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findExecutable } from '@anypath/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const hasCoturn = findExecutable('turnserver') !== undefined;

/** Runs the built command to its end. */
function run(args: readonly string[], env: Record<string, string> = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 20_000,
  });
  return { stdout, stderr, status };
}

const isAlive = (pid: number) => {
  try {
    // A process that ended and was not waited for yet is a zombie, and no longer serves.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

describe('anypath', () => {
  it('shows its help and its version', () => {
    expect(run(['--help']).stdout).toContain('serve [options]');
    expect(run(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(run(['serve', '--version']).stdout).toBe(run(['--version']).stdout);
  });

  it('refuses a command that it does not know', () => {
    const { status, stderr } = run(['surve']);
    expect(status).toBe(1);
    expect(stderr).toContain("unknown command 'surve'");
  });
});

describe('anypath serve, the built command', () => {
  let folder = '';
  const children: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-cli-'));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts it and waits for the line that says where it is. */
  async function serve(env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [MAIN, 'serve'], {
      env: { ...process.env, PORT: '0', DATA_DIR: folder, COTURN_RELAY_PORTS: '21200-21299', ...env },
    });
    children.push(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const output = () => ({ stdout, stderr });
    const url = await vi.waitUntil(() => /listening on (http:\/\/\S+)/.exec(stdout)?.[1], { timeout: 20_000 });
    return { child, url, output };
  }

  it('says where it listens, serves, and stops in order on SIGTERM', async () => {
    const { child, url, output } = await serve({ COTURN: 'off' });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(url)).text()).toContain('<title>');
    const startedMs = performance.now();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(output().stdout).toMatch(/stopped\n$/);
  });

  it.for(['SIGTERM', 'SIGKILL'] as const)('leaves no coturn behind after %s', async (signal, context) => {
    if (!hasCoturn) return context.skip('coturn is not installed (apt-get install coturn)');
    if (process.platform !== 'linux') return context.skip('only Linux ties a child to its parent');
    const { child } = await serve();
    const pid = Number(readFileSync(join(folder, 'coturn', 'turnserver.pid'), 'utf8'));
    expect(isAlive(pid)).toBe(true);
    child.kill(signal);
    await once(child, 'exit');
    await vi.waitUntil(() => !isAlive(pid), { timeout: 5_000 });
  });

  it('works without coturn, and says in one line how to install it', async () => {
    const { output } = await serve({ PATH: '/nonexistent' });
    const lines = output()
      .stdout.split('\n')
      .filter((line) => line.includes('coturn'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^TURN is off: coturn is not installed \(.+\)/);
  });

  it('stops at a wrong setting with a sentence', () => {
    const { status, stdout, stderr } = run(['serve'], { PORT: 'eighty' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe('anypath: PORT is "eighty"; it may be a whole number from 0 to 65535.\n');
  });

  it('stops with a sentence where the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const env = { PORT: String(port), DATA_DIR: folder, COTURN: 'off' };
    const child = spawn(process.execPath, [MAIN, 'serve'], { env: { ...process.env, ...env } });
    children.push(child);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, 'close');
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`PORT ${port} is taken by another program`);
  });

  it('prints what is in force, with secrets hidden', () => {
    const secret = 'a-secret-of-more-than-thirty-two-bytes';
    const { stdout, status } = run(['serve', '--print-config', '--port', '8080'], { JWT_SECRET: secret });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^PORT +8080$/m);
    expect(stdout).toMatch(/^JWT_SECRET +\(set, hidden\)$/m);
    expect(stdout).not.toContain(secret);
  });

  it('explains every setting in its help', () => {
    const { stdout } = run(['serve', '--help']);
    for (const name of ['PORT (default 3000)', 'DATA_DIR', 'TURN_SECRET', 'COTURN_RELAY_PORTS'])
      expect(stdout).toContain(name);
  });
});

describe('npm start', () => {
  it('serves the page uncached and its assets for good, and stops when npm is told to', async (context) => {
    if (process.platform === 'win32') return context.skip('Windows has no signals');
    const folder = mkdtempSync(join(tmpdir(), 'anypath-start-'));
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    const env = { ...process.env, PORT: '0', DATA_DIR: folder, COTURN: 'off' };
    const child = spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const url = await vi.waitUntil(() => /listening on (http:\/\/\S+)/.exec(stdout)?.[1], { timeout: 60_000 });
    const page = await fetch(url);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const asset = /assets\/[\w.-]+\.js/.exec(await page.text())?.[0] ?? 'none';
    expect((await fetch(`${url}/${asset}`)).headers.get('cache-control')).toContain('immutable');
    child.kill('SIGTERM');
    await vi.waitUntil(() => stdout.endsWith('stopped\n'), { timeout: 15_000 });
    await expect(fetch(url)).rejects.toThrow();
    rmSync(folder, { recursive: true, force: true });
  }, 90_000);
});
