import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coturnConfig, findExecutable } from '@anypath/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const SECRET = 'a-secret-of-an-operator';
const PORT = '21678';

/** Runs the built command to its end. */
async function attack(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, 'turn', 'attack', ...args], {
    env: { PATH: process.env['PATH'], LANG: 'C', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [status] = await once(child, 'close');
  return { status, stdout, stderr };
}

describe('anypath turn attack, the built command, on a real coturn', () => {
  const executable = findExecutable('turnserver');
  let folder = '';
  let stop = () => {};
  beforeAll(async () => {
    if (!executable) return;
    folder = mkdtempSync(join(tmpdir(), 'anypath-attack-'));
    const options = { addresses: ['127.0.0.1'], port: Number(PORT), realm: 'anypath', folder, loopbackOnly: true };
    const file = join(folder, 'turnserver.conf');
    const shipped = coturnConfig({ ...options, relayPorts: { min: 21_700, max: 21_799 }, secrets: [SECRET] });
    // One mistake: somebody took a range out.
    writeFileSync(
      file,
      shipped.replace('denied-peer-ip=0.0.0.0-126.255.255.255', 'denied-peer-ip=0.0.0.0-9.255.255.255'),
    );
    const coturn = spawn(executable, ['-c', file]);
    stop = () => void coturn.kill('SIGTERM');
    let said = '';
    coturn.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await vi.waitUntil(() => said.includes('SQLite DB connection success'), { timeout: 20_000 });
  });
  afterAll(() => {
    stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('names what gets through, and ends with 1', async (context) => {
    if (!executable) return context.skip('coturn is not installed (apt-get install coturn)');
    const args = ['127.0.0.1', '--port', PORT, '--tls-ports', '21679', '--json'];
    const { status, stdout } = await attack(args, { TURN_SECRET: SECRET });
    const report = JSON.parse(stdout);
    expect(report.through).toEqual(
      expect.arrayContaining(['permission 10.0.0.1', 'channel 10.0.0.1', 'permission 100.64.0.1']),
    );
    expect(report.through).not.toContain('permission 192.168.0.1');
    expect(report.unknown).toEqual([]);
    expect(report.tried).toBe(report.rows.length);
    expect(stdout).not.toContain(SECRET);
    expect(status).toBe(1);
  });

  it('says so in one line where the credentials are not good, in the language that is asked for', async (context) => {
    if (!executable) return context.skip('coturn is not installed (apt-get install coturn)');
    const { status, stdout, stderr } = await attack(['127.0.0.1', '--port', PORT, '--secret', 'wrong', '--lang', 'es']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^anypath turn attack: 127\.0\.0\.1 no se puede usar con estas credenciales.+\n$/);
  });
});

describe('anypath turn attack, without a TURN server', () => {
  it('ends in time where a server takes everything and says nothing', async () => {
    const tcp = createServer((socket) => void socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const { port } = tcp.address() as { port: number };
    const udp = createSocket('udp4').bind(port, '127.0.0.1');
    await once(udp, 'listening');
    const startedMs = performance.now();
    const { status, stderr } = await attack(['127.0.0.1', '--port', String(port), '--secret', SECRET]);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    expect({ status, lines: stderr.trim().split('\n').length }).toEqual({ status: 2, lines: 1 });
    tcp.close();
    udp.close();
  }, 20_000);

  it.for([
    ['HOST', ['turn.example.com']],
    ['--allocations', ['turn.example.com', '--secret', SECRET, '--allocations', '0']],
  ] as const)('ends with 64 and one line for a bad %s', async ([option, args]) => {
    const { status, stdout, stderr } = await attack(args);
    expect({ status, stdout, lines: stderr.trim().split('\n').length }).toEqual({ status: 64, stdout: '', lines: 1 });
    expect(stderr).toContain(option);
    expect(stderr).not.toContain(SECRET);
  });
});
