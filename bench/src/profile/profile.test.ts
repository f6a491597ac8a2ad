import { describe, expect, it } from 'vitest';
import { profileTable } from './profile-table.ts';
import { profileRows } from './rows.ts';
import { stagesOf } from './stages.ts';

const PROFILE = {
  openedAtMs: 1_000,
  connect: { fromAtMs: 100, toAtMs: 300 },
  iceFetches: [{ fromAtMs: 1_010, toAtMs: 1_060 }],
  milestones: [
    { step: 'begun', atMs: 1_060 },
    { step: 'described', atMs: 1_200 },
    { step: 'checking', atMs: 1_210 },
    { step: 'connected', atMs: 1_400 },
    { step: 'secured', atMs: 1_500 },
    { step: 'open', atMs: 1_490 },
  ],
  directAtMs: 1_520,
};

describe('the profile of a connection', () => {
  it('counts from the opening, leaves out what was not reached, and takes no time for what came in another order', () => {
    expect(stagesOf(PROFILE)).toEqual([
      { stage: 'sign-in', fromMs: -900, toMs: -700 },
      { stage: 'ICE fetch', fromMs: 10, toMs: 60 },
      { stage: 'signalling', fromMs: 60, toMs: 200 },
      { stage: 'checks', fromMs: 210, toMs: 400 },
      { stage: 'DTLS', fromMs: 400, toMs: 500 },
      { stage: 'SCTP', fromMs: 500, toMs: 500 },
      { stage: 'first message on the direct path', fromMs: 490, toMs: 520 },
    ]);
  });

  it('puts several connections together, a part by those that reached it', () => {
    const [signIn, checks] = profileRows([
      [{ stage: 'sign-in', fromMs: -900, toMs: -700 }],
      [
        { stage: 'sign-in', fromMs: -800, toMs: -500 },
        { stage: 'checks', fromMs: 100, toMs: 140 },
      ],
    ]);
    expect(signIn).toMatchObject({ stage: 'sign-in', trials: 2, tookMs: { min: 200, max: 300 } });
    expect(checks).toMatchObject({ stage: 'checks', trials: 1, fromMs: { median: 100 }, tookMs: { median: 40 } });
    expect(profileRows([])).toEqual([]);
  });

  it('is drawn as a waterfall', () => {
    const same = (value: number) => ({ min: value, median: value, max: value });
    const text = profileTable({
      roundTripMs: 40,
      rows: [
        { stage: 'sign-in', fromMs: same(0), toMs: same(50), tookMs: same(50), trials: 1 },
        { stage: 'checks', fromMs: same(50), toMs: same(100), tookMs: same(50), trials: 1 },
      ],
    });
    const [first = '', second = ''] = text.split('\n');
    expect(first).toMatch(/^sign-in {27}█{30} +0 to 50 ms \(50\)$/);
    expect(second).toMatch(/^checks {28} {30}█{30} +50 to 100 ms \(50\)$/);
  });
});
