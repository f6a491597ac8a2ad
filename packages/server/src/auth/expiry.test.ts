import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { atMoment } from './expiry.ts';

describe('what is done at a moment', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('waits longer than a timer of Node can', () => {
    const act = vi.fn();
    const days = 24 * 3600 * 1000;
    atMoment(Date.now() + 60 * days, act);
    vi.advanceTimersByTime(60 * days - 1);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledTimes(1);
  });

  it('is done soon where the moment is past', () => {
    const act = vi.fn();
    atMoment(Date.now() - 5, act);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledTimes(1);
  });

  it('can be called off, and holds no timer then', () => {
    const act = vi.fn();
    const callOff = atMoment(Date.now() + 2 ** 33, act);
    vi.advanceTimersByTime(2 ** 32);
    callOff();
    expect(vi.getTimerCount()).toBe(0);
  });
});
