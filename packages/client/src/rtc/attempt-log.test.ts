import { RtcReport } from '@anypath/protocol';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { AttemptLog, type AttemptTrace, type Milestone } from './attempt-log.ts';

/** An attempt that reached some milestones, and what it told. */
function attempt(reached: readonly Milestone[]) {
  const told: AttemptTrace[] = [];
  const reports: RtcReport[] = [];
  const log = new AttemptLog(
    'offer',
    (trace) => told.push(trace),
    (report) => reports.push(v.parse(RtcReport, report)),
  );
  for (const step of reached) log.reach(step);
  return { log, told, reports };
}

describe('the report of an attempt', () => {
  it.each<[Milestone[], string]>([
    [[], 'no_answer'],
    [['gathered'], 'no_answer'],
    [['described', 'checking'], 'no_pair'],
    [['described', 'checking', 'connected'], 'no_dtls'],
    [['described', 'checking', 'connected', 'secured'], 'no_channel'],
  ])('[S7.5] says after %j that it failed with %s', (reached, reason) => {
    const { log, told, reports } = attempt(reached);
    log.over('failed');
    expect(reports).toMatchObject([{ outcome: 'failed', reason, role: 'offer' }]);
    expect(told.at(-1)).toMatchObject({ event: 'ended', outcome: 'failed', reason });
  });

  it('[S7.5] counts no failure where nobody waited for it any more', () => {
    const { log, reports } = attempt(['described']);
    log.over('abandoned');
    expect(reports.map(({ outcome, reason }) => [outcome, reason])).toEqual([['abandoned', undefined]]);
  });

  it('[S7.5] is made once for a connection that opened and ended, with the pair that carried it', () => {
    const { log, reports } = attempt(['described', 'checking', 'connected', 'secured']);
    log.heard({ candidate: 'candidate:1 1 udp 2122 10.0.0.2 5000 typ host' });
    log.opened();
    const local = { type: 'srflx', protocol: 'udp' } as const;
    log.carriedBy({ tier: 'direct', local, remote: { type: 'host', protocol: 'udp' }, rttMs: 3 });
    log.over('failed');
    log.over('failed');
    expect(reports).toMatchObject([{ outcome: 'opened', tier: 'direct', pair: { local } }]);
    expect(reports[0]).not.toHaveProperty('reason');
    expect(JSON.stringify(reports)).not.toContain('10.0.0.2');
    expect(log.phases()).toMatchObject({ openMs: expect.any(Number), dtlsMs: expect.any(Number) });
  });
});
