import { describe, expect, it, vi } from 'vitest';
import { Believed } from './believed.ts';

describe('Believed', () => {
  it('asks once while an answer is believed', () => {
    const believed = new Believed<number>(10, 60_000);
    const ask = vi.fn(() => 1);
    expect([believed.of('a', ask), believed.of('a', ask)]).toEqual([1, 1]);
    expect(ask).toHaveBeenCalledTimes(1);
    believed.forget('a');
    expect(believed.of('a', () => 2)).toBe(2);
  });

  it('gives everybody the answer that is on its way, and then at once', async () => {
    const believed = new Believed<string>(10, 60_000);
    const order: number[] = [];
    const answer = Promise.resolve('yes');
    const asked = [1, 2].map(async (name) => {
      await believed.of('a', () => answer);
      order.push(name);
    });
    await Promise.all(asked);
    expect(order).toEqual([1, 2]);
    expect(believed.of('a', () => 'no')).toBe('yes');
  });

  it('remembers no failure, and nothing that was forgotten while it was on its way', async () => {
    const believed = new Believed<string>(10, 60_000);
    await expect(believed.of('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    const late = believed.of('a', () => Promise.resolve('old'));
    believed.forget('a');
    expect(await late).toBe('old');
    expect(believed.of('a', () => 'new')).toBe('new');
  });

  it('asks again after its time, but not where nothing has changed', () => {
    vi.useFakeTimers();
    let version: number | undefined = 1;
    const believed = new Believed<number>(10, 500, () => version);
    const ask = vi.fn(() => ask.mock.calls.length);
    const later = () => {
      vi.advanceTimersByTime(501);
      return believed.of('a', ask);
    };
    expect([believed.of('a', ask), later(), later()]).toEqual([1, 1, 1]);
    version = 2;
    expect(believed.of('a', ask)).toBe(1);
    expect([later(), later()]).toEqual([2, 2]);
    believed.forget('a');
    expect(believed.of('a', ask)).toBe(3);
    version = undefined;
    expect([later(), later()]).toEqual([4, 5]);
    vi.useRealTimers();
  });

  it('takes what is asked while somebody changes it for old', () => {
    vi.useFakeTimers();
    let version = 1;
    const believed = new Believed<string>(10, 500, () => version);
    believed.of('a', () => {
      version = 2;
      return 'perhaps old';
    });
    vi.advanceTimersByTime(501);
    expect(believed.of('a', () => 'new')).toBe('new');
    vi.useRealTimers();
  });
});
