import { createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../target.ts';
import { badCredentials } from './credentials.ts';
import { FORBIDDEN_PEERS } from './forbidden-peers.ts';
import { ATTACKS, type AttackOutcome, type AttackRow, attackExitStatus, reportOf } from './report.ts';
import type { AttackTarget } from './scene.ts';
import { attackTarget } from './target.ts';
import { attackText, attackWords } from './text.ts';

const SECRET = 'a-secret-of-an-operator';
const target: AttackTarget = {
  host: 'turn.example.com',
  port: 3478,
  tlsPorts: [443],
  access: { by: 'secret', secret: SECRET },
  allocations: 256,
};
const NOW_SECONDS = 1_800_000_000;

const row = (outcome: AttackOutcome, attack: AttackRow['attack'] = 'permission'): AttackRow => ({
  attack,
  subject: '10.0.0.1',
  outcome,
  detail: '403 Forbidden IP',
  ms: 3,
});
const report = (...rows: AttackRow[]) => reportOf('turn.example.com', 0, 1_234, rows);

describe('credentials that a server must refuse', () => {
  it('are expired, forged or changed, and none of them is good', () => {
    const isGood = ({ username, credential }: { username: string; credential: string }) =>
      Number(username.split(':')[0]) > NOW_SECONDS &&
      username.includes(':') &&
      createHmac('sha1', SECRET).update(username).digest('base64') === credential;
    const bad = badCredentials(target, NOW_SECONDS);
    expect(Object.keys(bad)).toHaveLength(6);
    for (const [name, credentials] of Object.entries(bad)) {
      expect({ name, isGood: isGood(credentials) }).toEqual({ name, isGood: false });
    }
    const { expired } = bad;
    expect(Number(expired?.username.split(':')[0])).toBeLessThan(NOW_SECONDS);
    expect(
      createHmac('sha1', SECRET)
        .update(expired?.username ?? '')
        .digest('base64'),
    ).toBe(expired?.credential);
  });

  it('do without the secret where there is a password', () => {
    const access = { by: 'password', username: 'anna', password: 'word' } as const;
    const bad = Object.values(badCredentials({ ...target, access }, NOW_SECONDS));
    expect(bad).toHaveLength(3);
    for (const each of bad) expect(each).not.toEqual({ username: 'anna', credential: 'word' });
  });
});

describe('addresses that a relay must not reach', () => {
  it('are addresses, each of them once', () => {
    const all = FORBIDDEN_PEERS.flatMap(({ address, aliases = [] }) => [address, ...aliases]);
    expect(all.filter((address) => isIP(address) === 0)).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('the report of an attack', () => {
  it('ends with 1 where anything got through, and with 2 where nothing is known', () => {
    expect(attackExitStatus(report(row('refused')))).toBe(0);
    expect(attackExitStatus(report(row('refused'), row('unknown')))).toBe(2);
    expect(attackExitStatus(report(row('through'), row('unknown')))).toBe(1);
  });

  it('counts what was tried, and names what got through', () => {
    expect(report(row('refused'), row('through'), row('unknown', 'quota'))).toMatchObject({
      tried: 3,
      through: ['permission 10.0.0.1'],
      unknown: ['quota 10.0.0.1'],
    });
  });

  it.for(['en', 'es'] as const)('says in %s what to do about each attack, once', (language) => {
    const words = attackWords(language);
    const text = attackText(report(...ATTACKS.map((name) => row('through', name)), row('through')), { language });
    for (const name of ATTACKS) {
      expect(text.split(words.todo[name])).toHaveLength(2);
      expect(text).toContain(`${words.attacks[name]} 10.0.0.1`);
    }
    expect(text).toContain(words.summary(ATTACKS.length + 1, ATTACKS.length + 1, 0));
  });

  it('does not call refused what is unknown', () => {
    const text = attackText(report(row('refused'), row('unknown')), { language: 'en' });
    expect(text).toContain('No attack of 2 is known to get through. Nothing is known of 1: no answer came.');
    expect(attackText(report(row('refused')), { language: 'en' })).toContain('All 1 attacks were refused.');
  });
});

describe('the target of an attack', () => {
  it('is a name or an address, also in brackets', () => {
    expect(attackTarget(target)).toEqual(target);
    expect(attackTarget({ ...target, host: '[2001:db8::7]' }).host).toBe('2001:db8::7');
  });

  it.for<[string, Partial<AttackTarget>]>([
    ['HOST', { host: 'turn:turn.example.com' }],
    ['HOST', { host: '' }],
    ['--secret', { access: { by: 'secret', secret: '' } }],
    ['--password', { access: { by: 'password', username: 'anna', password: 'wo\nrd' } }],
  ])('refuses a bad %s', ([option, change]) => {
    expect(() => attackTarget({ ...target, ...change })).toThrow(new RegExp(`^${option}: `));
    expect(() => attackTarget({ ...target, ...change })).toThrow(ArgumentError);
  });
});
