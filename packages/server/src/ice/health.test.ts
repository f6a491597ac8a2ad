import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Health, judge, type Outcome, UNKNOWN } from './health.ts';

const ok = (allocateMs = 10): Outcome => ({ ok: true, allocateMs });
const lost: Outcome = { ok: false, reason: 'timeout' };
const after = (outcomes: readonly Outcome[], mustEcho = true): Health =>
  outcomes.reduce((health, outcome, index) => judge(health, outcome, index, mustEcho), UNKNOWN);

describe('the health of an address', () => {
  it('is unknown before the first probe, and what the first probe says after it', () => {
    expect(UNKNOWN.state).toBe('unknown');
    expect(after([ok()]).state).toBe('up');
    expect(after([lost])).toMatchObject({ state: 'down', reason: 'timeout' });
  });

  it('outlives one lost probe, dies with the second, and is back with the first that works', () => {
    expect(after([ok(), lost]).state).toBe('up');
    expect(after([ok(), lost, lost]).state).toBe('down');
    expect(after([ok(), lost, ok(), lost]).state).toBe('up');
    expect(after([ok(), lost, lost, ok()])).toMatchObject({ state: 'up', failures: 0 });
    expect(after([ok(), lost, lost, ok()]).reason).toBeUndefined();
  });

  it('smooths the time that an allocation takes', () => {
    expect(after([ok(100), ok(20)]).allocateMs).toBe(80);
  });

  it('does not trust an allocation of our own coturn through which nothing comes back', () => {
    expect(after([{ ok: false, reason: 'no_echo', allocateMs: 5 }]).state).toBe('down');
  });

  it('trusts that of another service, until a packet has come back once', () => {
    const noEcho: Outcome = { ok: false, reason: 'no_echo', allocateMs: 5 };
    expect(after([noEcho, noEcho], false).state).toBe('up');
    expect(after([ok(), noEcho, noEcho], false).state).toBe('down');
  });

  it('trusts a server that refuses itself as a peer', () => {
    expect(after([{ ok: false, reason: 'rejected', allocateMs: 5 }]).state).toBe('up');
    expect(after([{ ok: false, reason: 'rejected' }]).state).toBe('down');
  });

  it('is up exactly where the last probe worked, or the last but one did', () => {
    const outcome = fc.boolean().map((works): Outcome => (works ? ok() : lost));
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 2, maxLength: 30 }), (outcomes) => {
        const lastTwo = outcomes.slice(-2).some((each) => each.ok);
        expect(after(outcomes).state).toBe(lastTwo ? 'up' : 'down');
      }),
    );
  });
});
