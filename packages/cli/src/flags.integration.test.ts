import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('[S1.4] anypath flags, the built command', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-flags-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const flags = (...args: string[]) => {
    const env = { ...process.env, DATA_DIR: folder };
    const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, 'flags', ...args], { encoding: 'utf8', env });
    return { stdout, stderr, status };
  };

  it('shows the defaults', () => {
    expect(flags().stdout).toBe('rtc.ice        on\nrtc.signal     on\nrtc.report     on\nrelay.enqueue  on\n');
  });

  it('switches for everyone, for a share, and for a wallet, and forgets again', () => {
    expect(flags('set', 'rtc.ice', 'off').stdout).toBe('rtc.ice        off\n');
    expect(flags('set', 'rtc.ice', 'on', '--percent', '12.5').stdout).toContain('on for 12.5 % of the wallets');
    expect(flags('set', 'rtc.ice', 'off', '--wallet', 'alice').stdout).toContain('12.5 % of the wallets, alice: off');
    expect(JSON.parse(flags('list', '--json').stdout)[0]).toEqual({
      key: 'rtc.ice',
      enabled: true,
      percent: 12.5,
      wallets: { alice: false },
    });
    expect(flags('clear', 'rtc.ice', '--wallet', 'alice').stdout).toBe('rtc.ice        on for 12.5 % of the wallets\n');
    expect(flags('clear', 'rtc.ice').stdout).toBe('rtc.ice        on\n');
  });

  it.each([
    [['set', 'rtc.magic', 'on'], 'There is no such flag'],
    [['set', 'rtc.ice', 'maybe'], 'Allowed choices are on, off'],
    [['set', 'rtc.ice', 'on', '--percent', '101'], 'from 0 to 100'],
    [['set', 'rtc.ice', 'off', '--percent', '10'], '--percent goes with "on"'],
    [['set', 'rtc.ice', 'on', '--wallet', 'a:b'], 'no ":"'],
  ])('refuses %j with a sentence, and changes nothing', (args, sentence) => {
    const { stderr, status } = flags(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(sentence);
    expect(flags().stdout).toMatch(/^rtc\.ice {8}on$/m);
  });

  it('shows its help', () => {
    expect(flags('--help').stdout).toContain('relay.enqueue');
    expect(flags('set', '--help').stdout).toContain('--percent');
  });
});
