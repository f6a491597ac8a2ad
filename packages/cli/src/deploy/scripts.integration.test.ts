import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { coturnConfig, deployedCoturn, findExecutable, relayFirewall } from '@anypath/server';
import { describe, expect, it } from 'vitest';

const DEPLOY = fileURLToPath(new URL('../../../../deploy', import.meta.url));
const SECRET = 'a-secret-of-an-operator';

function script(...args: string[]) {
  const { stdout, stderr, status } = spawnSync('bash', [`${DEPLOY}/install-coturn.sh`, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  return { stdout, stderr, status };
}

describe('scripts of deploy/', () => {
  it('are found in order by shellcheck', (context) => {
    const shellcheck = findExecutable('shellcheck');
    if (!shellcheck) return context.skip('shellcheck is not installed (apt-get install shellcheck)');
    const files = readdirSync(DEPLOY).filter((name) => name.endsWith('.sh'));
    expect(files).toContain('install-coturn.sh');
    expect(spawnSync(shellcheck, files, { cwd: DEPLOY, encoding: 'utf8' }).stdout).toBe('');
  });
});

describe.skipIf(process.platform !== 'linux')('[S7.2] install-coturn.sh', () => {
  it.each([
    ['one address', ['203.0.113.7'], '49152-65535'],
    ['behind a NAT, both families', ['203.0.113.7/10.0.0.5', '2001:db8::7'], '49152-65535'],
    ['few ports for relaying', ['203.0.113.7'], '20000-20049'],
    ['more ports than the quota of one user', ['203.0.113.7'], '20000-20999'],
  ])('configures coturn as the template does: %s', (_title, externalIps, relayPorts) => {
    const expected = coturnConfig(
      deployedCoturn({ domain: 'turn.example.com', externalIps, secrets: [SECRET], relayPorts }),
    );
    const addresses = externalIps.flatMap((address) => ['--external-ip', address]);
    const args = ['--domain', 'turn.example.com', '--secret', SECRET, '--relay-ports', relayPorts, ...addresses];
    expect(script('--print-config', ...args)).toEqual({ stdout: expected, stderr: '', status: 0 });
  });

  it('keeps the relay from the services of the machine by the rules that `turn config --format nft` prints', () => {
    const args = ['--domain', 'turn.example.com', '--relay-ports', '20000-20999'];
    const expected = relayFirewall({ relayPorts: { min: 20_000, max: 20_999 } }, 'turnserver');
    expect(script('--print-rules', ...args)).toEqual({ stdout: expected, stderr: '', status: 0 });
  });

  it.each([
    ['no domain', [], '--domain: it is missing'],
    ['a domain that is none', ['--domain', 'turn_example'], '--domain: "turn_example" is not a name'],
    ['a mail address that is none', ['--domain', 'turn.example.com', '--email', 'ops'], '--email: "ops" is not'],
    ['a short secret', ['--domain', 'turn.example.com', '--secret', 'short'], '--secret: a secret has at least 16'],
    ['a range that is none', ['--domain', 'turn.example.com', '--relay-ports', '1-9'], '--relay-ports: "1-9" is not'],
    ['an address that is none', ['--domain', 'turn.example.com', '--external-ip', 'x'], '--external-ip: "x" is not'],
    ['a value that is missing', ['--domain'], '--domain: it needs a value.'],
    ['an option that there is not', ['--nope'], '--nope: there is no such option; --help shows all.'],
  ])('ends with 64 and one line: %s', (_title, args, words) => {
    const { stdout, stderr, status } = script(...args);
    expect({ stdout, status }).toEqual({ stdout: '', status: 64 });
    expect(stderr).toContain(`install-coturn: ${words}`);
    expect(stderr).not.toContain('short');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses a name that does not resolve', () => {
    const { stderr, status } = script('--domain', 'turn.invalid', '--dry-run');
    // Elsewhere than on Debian and Ubuntu it says that first.
    expect(stderr).toMatch(/^install-coturn: (turn\.invalid does not resolve|this system .* is not supported).*\n$/);
    expect(status).toBe(1);
  });

  it('explains itself', () => {
    const { stdout, status } = script('--help');
    expect(status).toBe(0);
    for (const option of [
      '--dry-run',
      '--domain',
      '--email',
      '--secret',
      '--external-ip',
      '--relay-ports',
      '--uninstall',
    ])
      expect(stdout).toContain(option);
  });
});
