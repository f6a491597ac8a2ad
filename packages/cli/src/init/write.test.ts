import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAnswer } from './answers.ts';
import { type PlannedFile, plannedFiles } from './plan.ts';
import { makeSecrets, readSecrets } from './secrets.ts';
import { writeDeployment } from './write.ts';

const answers = {
  domain: 'rtc.example.com',
  turnDomain: 'turn.rtc.example.com',
  email: '',
  adminWallets: ['alice', 'bob'],
};
const placement = { addresses: ['203.0.113.5'], external: [], frontAddress: '203.0.113.5' };
const secrets = makeSecrets();
const plan = { answers, placement, secrets, owner: { uid: 1000, gid: 1000 }, small: false, cluster: false };

describe('the files of a deployment', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-init-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const whole = () => readdirSync(folder, { recursive: true }).map(String).sort();

  it('are for their owner alone, and their secrets can be read back', () => {
    writeDeployment(folder, plannedFiles(plan));
    for (const { path } of plannedFiles(plan)) expect(statSync(join(folder, path)).mode & 0o777, path).toBe(0o600);
    expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
    expect(readSecrets(folder)).toEqual(secrets);
    expect(new Set(Object.values(secrets)).size).toBe(5);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toContain('ADMIN_WALLETS=alice,bob\n');
  });

  it('replace older ones, and leave nothing beside them', () => {
    writeDeployment(folder, plannedFiles(plan));
    const before = whole();
    writeDeployment(folder, plannedFiles({ ...plan, small: true }));
    expect(whole()).toEqual(before);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toContain('COMPOSE_FILE=compose.yaml:compose.small.yaml\n');
  });

  it('have several nodes find MongoDB and Redis by their passwords, with the same secrets', () => {
    writeDeployment(folder, plannedFiles({ ...plan, cluster: true }));
    const fileOf = (path: string) => readFileSync(join(folder, path), 'utf8');
    expect(fileOf('.env')).toContain('COMPOSE_FILE=compose.yaml:compose.cluster.yaml\n');
    const env = fileOf('secrets/server.env');
    const found = /^STORE_URL=mongodb:\/\/anypath:(\S+)@mongodb:27017\/anypath\?replicaSet=rs0&authSource=admin$/m.exec(
      env,
    );
    expect(found?.[1]).toBe(fileOf('secrets/mongodb_password'));
    expect(fileOf('secrets/redis.conf')).toContain(
      `requirepass ${/^BUS_URL=redis:\/\/:(\S+)@redis:6379$/m.exec(env)?.[1]}\n`,
    );
    // What MongoDB takes as a key.
    expect(fileOf('secrets/mongodb_key')).toMatch(/^[A-Za-z0-9+/=]{6,1024}\n$/);
    expect(readSecrets(folder)).toEqual(secrets);
  });

  it('are all as before where one cannot be written', () => {
    writeDeployment(folder, plannedFiles(plan));
    const before = new Map(plannedFiles(plan).map(({ path, text }) => [path, text]));
    // A file where a folder is needed: the last of the plan cannot be put in its place.
    writeFileSync(join(folder, 'blocked'), '');
    const impossible: PlannedFile = { path: 'blocked/file', topic: 'env', text: '' };
    const changed = plannedFiles({ ...plan, secrets: makeSecrets() });
    expect(() => writeDeployment(folder, [...changed, impossible])).toThrow();
    for (const [path, text] of before) expect(readFileSync(join(folder, path), 'utf8')).toBe(text);
    expect(whole().filter((name) => /\.(new|old)$/.test(name))).toEqual([]);
  });
});

describe('answers', () => {
  it.each([
    ['domain', 'rtc.example.com', true],
    ['domain', 'RTC.example.com', true],
    ['domain', 'müller.example', true],
    ['domain', 'localhost', false],
    ['domain', '203.0.113.5', false],
    ['domain', 'rtc.example.com; rm', false],
    ['domain', 'https://rtc.example.com', false],
    ['turnDomain', 'rtc.example.com', false],
    ['turnDomain', 'turn.rtc.example.com', true],
    ['email', '', true],
    ['email', 'ops@example.com', true],
    ['email', 'ops', false],
    ['email', "a'b@example.com", false],
    ['adminWallets', 'alice, bob', true],
    ['adminWallets', 'a:b', false],
    ['accountSid', `AC${'0'.repeat(32)}`, true],
    ['accountSid', 'AC\nX=1', false],
    ['apiKey', `SK${'f'.repeat(32)}`, true],
    ['apiSecret', 'short', false],
    ['apiSecret', 'abcdefghijklmnop#', false],
  ] as const)('%s %j: %s', (question, text, expected) => {
    expect(isAnswer(question, text, 'rtc.example.com')).toBe(expected);
  });
});
