import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Breaker, type BreakerEvent, CLOSED, MAX_PAUSE_MS, mayCall, step } from './breaker.ts';

const T0 = 1_700_000_000_000;
const call: BreakerEvent = { type: 'call' };
const success: BreakerEvent = { type: 'success' };
const failure: BreakerEvent = { type: 'failure' };

/** The breaker after so many failures in a row, each of a call made as soon as it was allowed, and the time of the last. */
function failed(times: number, event: BreakerEvent = failure): { breaker: Breaker; nowMs: number } {
  let breaker = step(CLOSED, event, T0);
  let nowMs = T0;
  for (let more = times - 1; more > 0 && breaker.state === 'open'; more--) {
    nowMs = breaker.untilMs;
    breaker = step(step(breaker, call, nowMs), event, nowMs);
  }
  return { breaker, nowMs };
}

function pauseMs({ breaker, nowMs }: { breaker: Breaker; nowMs: number }): number {
  return breaker.state === 'open' ? breaker.untilMs - nowMs : 0;
}

describe('the circuit breaker', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [5, 16_000],
    [6, 30_000],
    [2_000, 30_000],
  ])('after %d failures in a row pauses for %d ms', (times, expected) => {
    expect(pauseMs(failed(times))).toBe(expected);
  });

  it.each<[string, Partial<Extract<BreakerEvent, { type: 'failure' }>>, number]>([
    ['a failure that needs somebody to mend it pauses for a minute', { lasting: true }, 60_000],
    ['as long as it was asked to be left alone', { retryAfterMs: 7_000 }, 7_000],
    ['never less than without the wish', { retryAfterMs: 0 }, 1_000],
    ['never longer than five minutes', { retryAfterMs: 86_400_000 }, 300_000],
  ])('%s', (_, details, expected) => {
    expect(pauseMs(failed(1, { type: 'failure', ...details }))).toBe(expected);
  });

  it('lets exactly one call through after the pause', () => {
    const { breaker } = failed(1);
    expect([mayCall(breaker, T0 + 999), mayCall(breaker, T0 + 1_000)]).toEqual([false, true]);
    const trial = step(breaker, call, T0 + 1_000);
    expect(trial.state).toBe('half-open');
    expect(mayCall(trial, T0 + 1_000_000)).toBe(false);
  });

  it('closes and forgets its failures on a success', () => {
    const { breaker, nowMs } = failed(5);
    const closed = step(step(breaker, call, nowMs + 30_000), success, nowMs + 30_000);
    expect(closed).toEqual(CLOSED);
    expect(pauseMs({ breaker: step(closed, failure, nowMs), nowMs })).toBe(1_000);
  });

  it('does not stay open when the clock is set back', () => {
    expect(mayCall(failed(1).breaker, T0 - 86_400_000)).toBe(true);
  });
});

const anyEvent: fc.Arbitrary<BreakerEvent> = fc.oneof(
  fc.constant(call),
  fc.constant(success),
  fc.record({
    type: fc.constant('failure' as const),
    retryAfterMs: fc.option(fc.double({ noNaN: true }), { nil: undefined }),
    lasting: fc.boolean(),
  }),
);
const anyHistory = fc.array(fc.tuple(anyEvent, fc.nat(400_000)), { maxLength: 60 });

/** Plays events, each some milliseconds after the one before. */
function played(history: readonly (readonly [BreakerEvent, number])[]): { breaker: Breaker; nowMs: number } {
  return history.reduce(
    ({ breaker, nowMs }, [event, afterMs]) => ({
      breaker: step(breaker, event, nowMs + afterMs),
      nowMs: nowMs + afterMs,
    }),
    { breaker: CLOSED, nowMs: T0 },
  );
}

describe('the circuit breaker, whatever happens', () => {
  it('after a failure is open for one second to five minutes', () => {
    fc.assert(
      fc.property(anyHistory, anyEvent, (history, last) => {
        fc.pre(last.type === 'failure');
        const { breaker, nowMs } = played([...history, [last, 0]]);
        expect(breaker.state).toBe('open');
        expect(mayCall(breaker, nowMs + 999)).toBe(false);
        expect(mayCall(breaker, nowMs + MAX_PAUSE_MS)).toBe(true);
      }),
    );
  });

  it('is half-open after a call in the pause never, and after the first call past it always', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(600_000), (history, afterMs) => {
        const { breaker, nowMs } = played(history);
        fc.pre(breaker.state === 'open');
        const atMs = nowMs + afterMs;
        const after = step(breaker, call, atMs);
        expect(after.state).toBe(mayCall(breaker, atMs) ? 'half-open' : 'open');
        expect(step(after, call, atMs)).toEqual(after);
      }),
    );
  });

  it('is closed after a success, as new', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        expect(played([...history, [success, 1]]).breaker).toEqual(CLOSED);
      }),
    );
  });

  it('once it may be called, may be called ever after', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(600_000), fc.nat(600_000), (history, soonMs, laterMs) => {
        const { breaker, nowMs } = played(history);
        fc.pre(mayCall(breaker, nowMs + soonMs));
        expect(mayCall(breaker, nowMs + soonMs + laterMs)).toBe(true);
      }),
    );
  });
});
