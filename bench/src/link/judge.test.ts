import { describe, expect, it } from 'vitest';
import { type Happening, judge, silenceOf } from './judge.ts';
import { type Account, type Arrival, progressOf } from './pages/account.ts';
import type { Way } from './pages/subject.ts';

/** Messages that arrived 40 ms after they were sent. */
const arrivals = (sentAtMs: readonly number[], way: Way = 'direct'): Arrival[] =>
  sentAtMs.map((sentMs, number) => ({ number, sentAtMs: sentMs, atMs: sentMs + 40, way }));

/** Every so many milliseconds from one time up to another. */
const every = (stepMs: number, fromMs: number, toMs: number): number[] =>
  Array.from({ length: Math.ceil((toMs - fromMs) / stepMs) }, (_, index) => fromMs + index * stepMs);

const SENT = every(20, 0, 10_000);

const account = (seen: readonly Arrival[], more: Partial<Account> = {}): Account => ({
  openedAtMs: undefined,
  sentAtMs: SENT,
  refused: 0,
  seen,
  ways: [],
  framesAtMs: every(50, 0, 10_000),
  ...more,
});

const HAPPENING: Happening = { startMs: 5_000, doneMs: 5_100, endMs: 10_000, missingFromMs: 5_000 };
const WELL = account(arrivals(SENT));

describe('a silence', () => {
  it.each([
    ['the longest counts', [0, 20, 500, 900, 920], 400, 480],
    ['one that began before counts in full', [0, 20, 500, 520], 100, 480],
    ['one that was over before does not count', [0, 480, 500, 520], 490, 20],
  ])('%s', (_what, atMs, fromMs, silence) => {
    expect(silenceOf(atMs, fromMs, 1_000)).toBe(silence);
  });

  it.each([
    ['nothing was heard ever', []],
    ['it is not over when the watch ends', [0, 20, 5_000]],
  ])('is none: %s', (_what, atMs) => {
    expect(silenceOf(atMs, 1_000, 6_500)).toBeNull();
  });
});

describe('the verdict on a conversation', () => {
  it('is the common pause where nothing happened', () => {
    expect(judge(WELL, WELL, HAPPENING)).toEqual({
      gapMs: 20,
      backMs: 0,
      betterMs: 140,
      mediaGapMs: 50,
      sent: 1_000,
      lost: 0,
      repeated: 0,
      reordered: 0,
    });
  });

  it('is the worse of the two sides', () => {
    const late = arrivals(SENT).map((arrival) =>
      arrival.sentAtMs < 5_000 || arrival.sentAtMs >= 7_000 ? arrival : { ...arrival, atMs: 7_040 },
    );
    expect(judge(WELL, account(late), HAPPENING)).toMatchObject({ gapMs: 2_020, backMs: 1_940, lost: 0 });
    expect(judge(account(late), WELL, HAPPENING)).toMatchObject({ gapMs: 2_020, backMs: 1_940, lost: 0 });
  });

  it('has no gap where one side stays silent, and counts what it never heard as lost', () => {
    const deaf = account(arrivals(SENT.filter((sentMs) => sentMs < 5_000)));
    expect(judge(WELL, deaf, HAPPENING)).toMatchObject({ gapMs: null, backMs: null, betterMs: null, lost: 250 });
  });

  it('has a better path only once messages of after the event came over it', () => {
    const [before, relayed, better] = [every(20, 0, 5_000), every(20, 5_000, 6_000), every(20, 6_000, 10_000)];
    const seen = [...arrivals(before), ...arrivals(relayed, 'relay'), ...arrivals(better, 'turn')];
    const numbered = seen.map((arrival, number) => ({ ...arrival, number }));
    expect(judge(account(numbered), account(numbered), HAPPENING)).toMatchObject({ gapMs: 20, betterMs: 1_040 });
    const only = numbered.map((arrival) =>
      arrival.sentAtMs < 5_000 ? arrival : { ...arrival, way: 'relay' as const },
    );
    expect(judge(WELL, account(only), HAPPENING)).toMatchObject({ gapMs: 20, betterMs: null });
  });

  it('has no media gap where frames stop for good, or never came', () => {
    const frozen = account(WELL.seen, { framesAtMs: every(50, 0, 5_000) });
    expect(judge(WELL, frozen, HAPPENING)).toMatchObject({ gapMs: 20, mediaGapMs: null });
    expect(judge(account(WELL.seen, { framesAtMs: [] }), WELL, HAPPENING)).toMatchObject({ mediaGapMs: null });
  });

  it('says nothing of messages that come after the talk has ended', () => {
    const last = { number: 500, sentAtMs: 9_999, atMs: 12_000, way: 'direct' as const };
    expect(judge(WELL, account([...WELL.seen, last]), HAPPENING)).toMatchObject({ gapMs: 20 });
  });

  it('counts what was repeated and what came out of order', () => {
    const seen = arrivals(SENT);
    const [first, second] = [seen[0] as Arrival, seen[1] as Arrival];
    const mixed = [second, first, ...seen.slice(2), second];
    expect(judge(WELL, account(mixed), HAPPENING)).toMatchObject({ lost: 0, repeated: 1, reordered: 2 });
  });
});

describe('how far a page is', () => {
  it('flows when messages of after the event come without pauses for a second, and frames too', () => {
    expect(progressOf(WELL, 5_000, 10_000)).toEqual({ messages: true, rtc: true, frames: true });
  });

  it('does not flow within the first second, nor when nothing comes any more', () => {
    expect(progressOf(WELL, 9_500, 10_000)).toMatchObject({ messages: false, frames: false });
    expect(progressOf(WELL, 5_000, 11_000)).toMatchObject({ messages: false, frames: false });
  });

  it('does not take what was sent before the event for a sign of life', () => {
    const old = WELL.seen.map((arrival) => ({ ...arrival, sentAtMs: Math.min(arrival.sentAtMs, 4_999) }));
    expect(progressOf(account(old), 5_000, 10_000)).toMatchObject({ messages: false, rtc: false });
  });
});
