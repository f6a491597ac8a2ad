import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takenPorts } from './init/machine.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('anypath init, the built command', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-init-'));
    writeFileSync(join(folder, 'compose.yaml'), '');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function init(...args: string[]) {
    const env = { PATH: process.env['PATH'], LANG: 'C' };
    const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, 'init', '--folder', folder, ...args], {
      encoding: 'utf8',
      env,
    });
    return { stdout, stderr, status };
  }
  const usual = ['--domain', 'rtc.example.com', '--yes', '--skip-dns', '--skip-ports'];
  const fileOf = (path: string) => readFileSync(join(folder, path), 'utf8');

  it('[S7.1] writes every file and explains each, without a secret on the terminal, and not twice', () => {
    const { stdout, stderr, status } = init(...usual, '--admin-wallets', 'alice');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    for (const path of ['.env', 'secrets/server.env', 'secrets/turnserver.conf', 'secrets/redis.conf'])
      expect(stdout).toContain(path);
    expect(fileOf('.env')).toContain('TURN_DOMAIN=turn.rtc.example.com\n');
    const [, turn = 'none'] = /^TURN_SECRET=(.+)$/m.exec(fileOf('secrets/server.env')) ?? [];
    expect(turn.length).toBeGreaterThan(40);
    expect(fileOf('secrets/turnserver.conf')).toContain(`static-auth-secret=${turn}\n`);
    expect(stdout).not.toContain(turn);

    const again = init(...usual);
    expect(again).toMatchObject({ status: 1, stdout: '' });
    expect(again.stderr).toMatch(/^anypath init: there is a deployment already .+--force.+\n$/);

    expect(init(...usual, '--force', '--small', '--lang', 'es').stdout).toContain(
      'Los secretos que ya había se conservan',
    );
    expect(fileOf('secrets/server.env')).toContain(turn);
    expect(fileOf('.env')).toContain('COMPOSE_FILE=');
    expect(init(...usual, '--force', '--new-secrets').status).toBe(0);
    expect(fileOf('secrets/server.env')).not.toContain(turn);
  });

  it.each([
    ['no terminal', ['--domain', 'rtc.example.com'], 64, 'there is no terminal to ask on; give --domain and --yes.'],
    ['no domain', ['--yes'], 64, '--yes: it needs --domain.'],
    [
      'a domain that is none',
      ['--yes', '--domain', 'a b'],
      64,
      '--domain: "a b": a host name such as rtc.example.com.',
    ],
    [
      'one name for both',
      [...usual, '--turn-domain', 'rtc.example.com'],
      64,
      '--turn-domain: "rtc.example.com": a host name other than',
    ],
    [
      'half of the keys',
      [...usual, '--twilio-account-sid', `AC${'0'.repeat(32)}`],
      64,
      '--twilio-api-key: "": SK and 32',
    ],
    [
      'a name that resolves nowhere',
      ['--yes', '--skip-ports', '--domain', 'rtc.invalid'],
      1,
      'rtc.invalid does not resolve',
    ],
  ])('ends with one line, and writes nothing: %s', (_title, args, status, words) => {
    const ended = init(...args);
    expect(ended).toMatchObject({ status, stdout: '' });
    expect(ended.stderr).toContain(`anypath init: ${words}`);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(join(folder, '.env')) || existsSync(join(folder, 'secrets'))).toBe(false);
  });

  it('refuses a folder that is no deployment', () => {
    rmSync(join(folder, 'compose.yaml'));
    expect(init(...usual)).toMatchObject({
      status: 64,
      stderr: expect.stringContaining('there is no compose.yaml in'),
    });
  });

  it('sees which ports other programs have', async () => {
    const other = createServer().listen(0, '0.0.0.0');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const row = { port, transport: 'tcp' } as const;
    expect(await takenPorts([row])).toEqual([row]);
    other.close();
    await once(other, 'close');
    expect(await takenPorts([row])).toEqual([]);
  });
});
