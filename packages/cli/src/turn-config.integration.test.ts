import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findExecutable } from '@anypath/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const SECRET = 'a-secret-of-an-operator';
const PLACE = ['--domain', 'turn.example.com', '--external-ip', '203.0.113.7'];

function config(args: readonly string[], env: Record<string, string> = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, 'turn', 'config', ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 20_000,
  });
  return { stdout, stderr, status };
}

describe('anypath turn config, the built command', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-turn-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('[S3.1] serves every port of the ladder, closed to private networks', () => {
    const { stdout, status } = config(PLACE, { TURN_SECRET: SECRET });
    expect(status).toBe(0);
    for (const line of [
      ...['listening-port=3478', 'tls-listening-port=443', 'aux-server=203.0.113.7:5349', 'aux-server=203.0.113.7:80'],
      ...[`static-auth-secret=${SECRET}`, 'denied-peer-ip=10.0.0.0-10.255.255.255', 'user-quota=120', 'no-cli'],
    ]) {
      expect(stdout.split('\n')).toContain(line);
    }
    expect(config([...PLACE, '--format', 'uris']).stdout.split(',')).toHaveLength(5);
  });

  it('writes the file whole, for this user alone, with the secret from a file', () => {
    const [secretFile, output] = [join(folder, 'secret.txt'), join(folder, 'turnserver.conf')];
    writeFileSync(secretFile, `${SECRET}\n`);
    const { stdout, status } = config([...PLACE, '--secret-file', secretFile, '--output', output]);
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
    expect(readFileSync(output, 'utf8')).toContain(`\nstatic-auth-secret=${SECRET}\n`);
    expect(statSync(output).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.for([
    ['--secret', [...PLACE, '--secret', 'tooshort']],
    ['--secret-file', [...PLACE, '--secret-file', '/nonexistent']],
    ['--user-quota', [...PLACE, '--secret', SECRET, '--user-quota', 'many']],
    ['--output', [...PLACE, '--secret', SECRET, '--output', '/nonexistent/turnserver.conf']],
  ] as const)('refuses a bad %s in one line, without the secret', ([option, args]) => {
    const { stdout, stderr, status } = config(args);
    expect({ stdout, status }).toEqual({ stdout: '', status: 64 });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(option);
    for (const secret of [SECRET, 'tooshort']) expect(stderr).not.toContain(secret);
  });

  it('is understood by the real coturn to the last line', async (context) => {
    const executable = findExecutable('turnserver');
    if (!executable) return context.skip('coturn is not installed (apt-get install coturn)');
    const output = join(folder, 'real.conf');
    const place = ['--domain', 'turn.example.com', '--external-ip', '198.51.100.7/127.0.0.1', '--folder', folder];
    const ports = ['--port', '21478', '--no-tls', '--plain-ports', '21480', '--relay-ports', '21500-21599'];
    expect(config([...place, ...ports, '--secret', SECRET, '--output', output]).status).toBe(0);
    const coturn = spawn(executable, ['-c', output]);
    let said = '';
    coturn.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    // The database is the last that it opens.
    await vi.waitUntil(() => said.includes('SQLite DB connection success'), { timeout: 20_000 });
    coturn.kill('SIGTERM');
    expect(said).toContain('Aux server: 127.0.0.1:21480');
    expect(said).not.toMatch(/bad configuration|error|cannot/i);
  });
});
