import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const BARE_CLIENT = fileURLToPath(new URL('../../../examples/bare-client.mjs', import.meta.url));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Runs a script, and collects what it prints. */
function run(script: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...env } });
  children.push(child);
  const printed = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.err += text;
  });
  return { printed, ended: once(child, 'close') };
}

it('examples/bare-client.mjs: two of them meet and exchange a text through the built server', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-example-'));
  const server = run(MAIN, ['serve'], { PORT: '0', COTURN: 'off', DATA_DIR: folder, LOG_LEVEL: 'error' });
  const url = await vi.waitUntil(() => /listening on (http:\/\/\S+)/.exec(server.printed.out)?.[1], {
    timeout: 20_000,
  });
  const alice = run(BARE_CLIENT, [url, 'alice', 'bob', 'good morning ☀']);
  await vi.waitUntil(() => alice.printed.out.includes('bob is asked'), { timeout: 20_000 });
  const bob = run(BARE_CLIENT, [url, 'bob', 'alice', 'good evening']);
  expect([(await alice.ended)[0], (await bob.ended)[0]], alice.printed.err + bob.printed.err).toEqual([0, 0]);
  expect([alice.printed, bob.printed]).toEqual([
    { out: 'connected as alice\nbob is asked\nbob: good evening\n', err: '' },
    { out: 'connected as bob\nalice is mutual\nalice: good morning ☀\n', err: '' },
  ]);
  rmSync(folder, { recursive: true, force: true });
});

it('examples/bare-client.mjs has at most 60 lines and nothing of anypath', () => {
  const text = readFileSync(BARE_CLIENT, 'utf8');
  expect(text.split('\n').length).toBeLessThanOrEqual(61);
  const imports = [...text.matchAll(/ from '([^']+)'/g)].map(([, name]) => name);
  expect(imports).toEqual(['node:crypto', 'socket.io-client']);
});
