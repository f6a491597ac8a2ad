import { LIMITS } from '@anypath/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Waiting } from './waiting.ts';

describe('signals that wait for a device', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const b1 = { wallet: 'bob', deviceId: 'b1' };

  it('[SG8] go to it in their order when it is there', async () => {
    const waiting = new Waiting();
    const seen: string[] = [];
    const answers = ['one', 'two', 'three'].map((name, index) =>
      waiting.add('bob', index === 1 ? undefined : 'b1', (device) => void seen.push(`${name} ${device}`)),
    );
    waiting.joined(b1);
    expect(seen).toEqual(['one b1', 'two b1', 'three b1']);
    expect(await Promise.all(answers)).toEqual([true, true, true]);
    waiting.joined(b1);
    expect(seen).toHaveLength(3);
  });

  it('do not go to another device, unless any will do', async () => {
    const waiting = new Waiting();
    const deliver = vi.fn();
    void waiting.add('bob', 'b1', deliver);
    waiting.joined({ wallet: 'bob', deviceId: 'b2' });
    waiting.joined({ wallet: 'carol', deviceId: 'b1' });
    expect(deliver).not.toHaveBeenCalled();
  });

  it('[SG8] wait for half a minute', async () => {
    const waiting = new Waiting();
    const answer = waiting.add('bob', 'b1', vi.fn());
    vi.advanceTimersByTime(LIMITS.signalWaitMs);
    expect(await answer).toBe(false);
  });

  it('[SG8] are bounded for each wallet', async () => {
    const waiting = new Waiting();
    const add = () => waiting.add('bob', 'b1', vi.fn());
    for (let index = 0; index < LIMITS.signalWaitMaxEntries; index++) void add();
    expect(await add()).toBe(false);
  });
});
