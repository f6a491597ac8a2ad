import { describe, expect, it } from 'vitest';
import { KeyedQueue } from './keyed-queue.ts';

/** Work that ends when it is told to. */
function held(log: string[], name: string) {
  let end: (error?: Error) => void = () => undefined;
  const ended = new Promise<string>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve(name));
  });
  const work = () => {
    log.push(name);
    return ended;
  };
  return { work, end };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a queue by name', () => {
  it('does one thing after the other under a name, and different names beside each other', async () => {
    const log: string[] = [];
    const queue = new KeyedQueue();
    const [first, second, other] = [held(log, 'first'), held(log, 'second'), held(log, 'other')];
    const results = [queue.run('a', first.work), queue.run('a', second.work), queue.run('b', other.work)];
    await turn();
    expect(log).toEqual(['first', 'other']);
    first.end();
    await turn();
    expect(log).toEqual(['first', 'other', 'second']);
    second.end();
    other.end();
    expect(await Promise.all(results)).toEqual(['first', 'second', 'other']);
  });

  it('goes on after something that failed, and is settled when all has ended', async () => {
    const log: string[] = [];
    const queue = new KeyedQueue();
    const [first, second] = [held(log, 'first'), held(log, 'second')];
    const failed = queue.run('a', first.work);
    const done = queue.run('a', second.work);
    let isSettled = false;
    const settled = queue.settled().then(() => {
      isSettled = true;
    });
    first.end(new Error('no'));
    await expect(failed).rejects.toThrow('no');
    await turn();
    expect([log, isSettled]).toEqual([['first', 'second'], false]);
    second.end();
    expect(await done).toBe('second');
    await settled;
  });
});
