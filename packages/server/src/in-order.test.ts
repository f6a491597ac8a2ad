import { describe, expect, it } from 'vitest';
import { InOrder } from './in-order.ts';

/** A promise and what settles it. */
function later<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  return { promise, resolve, reject };
}

describe('InOrder', () => {
  it('does at once what need not wait', () => {
    expect(new InOrder().do(2, (value) => value * 2)).toBe(4);
  });

  it('lets nothing overtake what waits', async () => {
    const order = new InOrder();
    const begun: string[] = [];
    const slow = later<string>();
    const results = [
      order.do(slow.promise, (name) => begun.push(name)),
      order.do('second', (name) => begun.push(name)),
      order.do(Promise.resolve('third'), (name) => begun.push(name)),
    ];
    expect(begun).toEqual([]);
    slow.resolve('first');
    expect(await Promise.all(results)).toEqual([1, 2, 3]);
    expect(begun).toEqual(['first', 'second', 'third']);
    expect(order.do('fourth', (name) => begun.push(name))).toBe(4);
  });

  it('does not wait for the end of what was begun', async () => {
    const order = new InOrder();
    const endless = order.do(Promise.resolve(), () => new Promise<never>(() => undefined));
    expect(endless).toBeInstanceOf(Promise);
    await expect(order.do('next', (name) => name)).resolves.toBe('next');
  });

  it('leaves out what cannot be done, in its place', async () => {
    const order = new InOrder();
    const slow = later<string>();
    const first = order.do(slow.promise, (name) => name);
    const second = order.do(Promise.reject(new Error('no')), () => 'second');
    const third = order.do('third', (name) => name);
    await expect(second).rejects.toThrow('no');
    slow.resolve('first');
    await expect(first).resolves.toBe('first');
    await expect(third).resolves.toBe('third');
    const fourth = order.do(Promise.resolve(), () => {
      throw new Error('not this one');
    });
    await expect(fourth).rejects.toThrow('not this one');
  });
});
