import { describe, expect, it } from 'vitest';
import { connectTrialOf } from './connect-trial.ts';
import type { EventTrial } from './event-trial.ts';
import type { Verdict } from './judge.ts';
import { linkTable } from './link-table.ts';
import { linkOptions, oneOf } from './options.ts';
import { BENCH_EVENTS, type BenchEvent, DEFAULT_PARTS, interleaved, NO_RTC, PARTS, secondsFor } from './plan.ts';
import { connectRow, eventRow, percentileOf, ratioOf } from './summary.ts';

const GIVE_UP_MS = 20_000;
const verdict = (more: Partial<Verdict>): Verdict => ({
  gapMs: 300,
  backMs: 80,
  betterMs: 900,
  mediaGapMs: 1_000,
  sent: 500,
  lost: 0,
  repeated: 0,
  reordered: 0,
  ...more,
});
const trial = (more: Partial<Verdict> = {}, noMedia?: string): EventTrial => ({
  connected: true,
  happening: { startMs: 0, doneMs: 0, endMs: 0, missingFromMs: 0 },
  noMedia,
  verdict: verdict(more),
});
const planned = (name: string, hasRtc = true): BenchEvent =>
  BENCH_EVENTS.find((one) => one.event.name === name && one.hasRtc === hasRtc) as BenchEvent;

describe('a percentile', () => {
  it('takes what was given up for longer than everything else', () => {
    expect(percentileOf([5, null, 1, 3], 0.5)).toBe(3);
    expect(percentileOf([5, null, 1, 3], 0.95)).toBeNull();
    expect(percentileOf([null, null, 1], 0.5)).toBeNull();
    expect(percentileOf([], 0.5)).toBeNull();
    expect(percentileOf([1.26], 0.95)).toBe(1.3);
  });
});

describe('the row of an event', () => {
  it('adds up the trials of a subject', () => {
    const row = eventRow(
      planned('udp-cut'),
      'anypath',
      { results: [trial(), trial({ gapMs: 500, lost: 2 }), trial({ gapMs: 400 })], errors: [] },
      GIVE_UP_MS,
    );
    expect(row).toMatchObject({ event: 'udp-cut', pair: 'home:home', subject: 'anypath', trials: 3, givenUp: 0 });
    expect(row).toMatchObject({ gapP50Ms: 400, gapP95Ms: 500, betterP95Ms: 900, mediaGapP95Ms: 1_000 });
    expect(row).toMatchObject({ sent: 1_500, lost: 2, repeated: 0, reordered: 0, backP95Ms: null, reasons: {} });
  });

  it('has null and a reason for what a subject cannot do', () => {
    const stuck = trial({ gapMs: null, betterMs: null, mediaGapMs: null, lost: 250 });
    const row = eventRow(planned('udp-cut'), 'peerjs', { results: [stuck, stuck], errors: ['x'] }, GIVE_UP_MS);
    expect(row).toMatchObject({ trials: 2, givenUp: 2, gapP50Ms: null, gapP95Ms: null, lost: 500, errors: ['x'] });
    expect(row.reasons).toEqual({
      gap: 'not within 20 s in 2 of 2 trials',
      better: 'not within 20 s in 2 of 2 trials',
      media: 'not within 20 s in 2 of 2 trials',
    });
  });

  it('says where a subject did not connect, and where there is no media', () => {
    const relayed = planned('server-restart', false);
    const none = eventRow(relayed, 'minimal', { results: [{ connected: false }], errors: [] }, GIVE_UP_MS);
    expect(none).toMatchObject({ givenUp: 1, gapP50Ms: null, sent: 0 });
    expect(none.reasons).toEqual({
      gap: 'did not connect within 20 s in 1 of 1 trials',
      better: NO_RTC,
      media: NO_RTC,
    });
    const silent = trial({ betterMs: null, mediaGapMs: null }, NO_RTC);
    const ours = eventRow(relayed, 'anypath', { results: [silent], errors: [] }, GIVE_UP_MS);
    expect(ours).toMatchObject({ gapP95Ms: 300, backP95Ms: 80, betterP95Ms: null, mediaGapP95Ms: null });
    expect(ours.reasons).toEqual({ better: NO_RTC, media: NO_RTC });
    const off = eventRow(
      planned('udp-cut'),
      'anypath',
      { results: [trial({ mediaGapMs: null }, 'media was left out')], errors: [] },
      GIVE_UP_MS,
    );
    expect(off.reasons).toEqual({ media: 'media was left out' });
  });
});

describe('connecting', () => {
  const account = { sentAtMs: [100], refused: 0, framesAtMs: [] };
  it('is measured from the opening on', () => {
    const ours = { ...account, openedAtMs: 100, seen: [], ways: [{ way: 'relay' as const, atMs: 101 }] };
    const first = { number: 0, sentAtMs: 101, atMs: 142, way: 'relay' as const };
    const theirs = { ...account, openedAtMs: undefined, seen: [first], ways: [] };
    expect(connectTrialOf(ours, theirs)).toEqual({ firstMs: 42, directMs: null });
    const later = { ...ours, ways: [...ours.ways, { way: 'direct' as const, atMs: 400 }] };
    expect(connectTrialOf(later, theirs)).toEqual({ firstMs: 42, directMs: 300 });
  });

  it('gives a row, and ratios with their spread', () => {
    const results = [40, 44, 60].map((firstMs) => ({ firstMs, directMs: null }));
    expect(connectRow('bare-emit', { results, errors: [] }, GIVE_UP_MS)).toMatchObject({
      firstMessageP50Ms: 44,
      directP50Ms: null,
      reasons: { direct: 'there is no direct path on a socket' },
    });
    expect(ratioOf('first message', 'bare-emit', [44, null, 88], [44, 40, 60])).toEqual({
      what: 'first message',
      over: 'bare-emit',
      min: 1,
      median: 2,
      max: 2,
    });
    expect(ratioOf('gap', 'peerjs', [300], [null, null])).toBeUndefined();
    expect(ratioOf('gap', 'peerjs', [null], [300])).toBeUndefined();
  });
});

describe('the plan', () => {
  it('spreads the trials of each subject over the whole', () => {
    const order = interleaved(
      new Map([
        ['ours', 6],
        ['other', 2],
      ]),
    );
    expect(order).toEqual(['ours', 'ours', 'other', 'ours', 'ours', 'ours', 'other', 'ours']);
  });

  it('has every event that is asked for, and counts longer for outages', () => {
    expect(PARTS).toEqual([
      'connect',
      'udp-cut',
      'address-change-reset',
      'address-change-silent',
      'mappings-forgotten',
      'coturn-restart',
      'server-restart',
      'link-away',
      'link-away-10',
      'loss-30',
    ]);
    expect(DEFAULT_PARTS).not.toContain('loss-30');
    const order = ['anypath', 'minimal'] as const;
    expect(secondsFor(order, planned('link-away-10'))).toBe(secondsFor(order, planned('udp-cut')) + 20);
  });

  it('is read from the command line', () => {
    const flags = { trials: 30, others: 5, media: true };
    expect(linkOptions(flags)).toMatchObject({ trials: 30, others: 5, only: DEFAULT_PARTS, giveUpMs: 20_000 });
    expect(linkOptions({ ...flags, quick: true, subject: ['anypath'] })).toMatchObject({
      trials: 3,
      others: 1,
      subjects: ['anypath'],
    });
    expect(oneOf(PARTS)('udp-cut, connect')).toEqual(['udp-cut', 'connect']);
    expect(() => oneOf(PARTS)('udp-cut,mars')).toThrow('There are connect, udp-cut');
  });
});

describe('the table', () => {
  it('shows what is above its mark and why numbers are missing', () => {
    const slow = eventRow(
      planned('udp-cut'),
      'anypath',
      { results: [trial({ gapMs: 812, mediaGapMs: null })], errors: [] },
      GIVE_UP_MS,
    );
    const stuck = eventRow(
      planned('udp-cut'),
      'minimal',
      { results: [trial({ gapMs: null })], errors: ['the browser has ended'] },
      GIVE_UP_MS,
    );
    const ratios = [{ what: 'direct path', over: 'minimal' as const, min: 0.9, median: 1.04, max: 1.3 }];
    const text = linkTable({
      roundTripMs: 40,
      giveUpMs: GIVE_UP_MS,
      tookSeconds: 1,
      connect: [],
      events: [slow, stuck],
      ratios,
      runs: [],
    });
    const [, ours, theirs] = text.split('\n');
    expect(ours).toMatch(/^udp-cut +home:home +anypath +1 +0 +812 +812 ! +– +900 +900 +– +– ! +500 +0 +0 +0$/);
    expect(theirs).toMatch(/^udp-cut +home:home +minimal +1 +1 +– +– +– +900 /);
    expect(text).toMatch(/direct path, over minimal +1\.04 {2}\(0\.90 to 1\.30\)/);
    expect(text).toContain('udp-cut home:home minimal, gap: not within 20 s in 1 of 1 trials');
    expect(text).toContain('udp-cut home:home minimal, a trial did not end: the browser has ended');
  });
});
