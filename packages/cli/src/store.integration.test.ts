import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('anypath store copy, the built command', () => {
  const copy = (...args: string[]) => {
    const env = { PATH: process.env['PATH'] };
    const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, 'store', 'copy', ...args], {
      encoding: 'utf8',
      env,
    });
    return { stdout, stderr, status };
  };

  it('shows its help', () => {
    const { stdout, status } = copy('--help');
    expect(status).toBe(0);
    for (const option of ['--from', '--to', 'sqlite:FOLDER', 'STORE_URL']) expect(stdout).toContain(option);
  });

  it.each([
    [['--from', 'mongodb://db', '--to', 'mongodb://db'], '--from: it is sqlite: and a folder'],
    [['--from', 'sqlite:.'], '--to: it is missing'],
    [['--to', 'postgres://user:geheim@db'], 'STORE_URL is a secret of 25 characters; it may be'],
  ])('refuses %j with a sentence', (args, sentence) => {
    const { stderr, status } = copy(...args);
    expect([status, stderr]).toEqual([64, expect.stringContaining(sentence)]);
    expect(stderr).not.toContain('geheim');
  });
});
