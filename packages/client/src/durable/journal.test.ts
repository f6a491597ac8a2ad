import { describe, expect, it, vi } from 'vitest';
import { type DurableStore, memoryDurable, type Writes } from './durable-store.ts';
import { Journal } from './journal.ts';

/** A store that tells what each change writes, and takes it when it is let go. */
function slow() {
  const inner = memoryDurable();
  const batches: Writes[] = [];
  const gates: (() => void)[] = [];
  const store: DurableStore = {
    ...inner,
    update: async (keys, change) => {
      const changed = change([]);
      batches.push(changed.writes);
      await new Promise<void>((resolve) => gates.push(resolve));
      return inner.update(keys, () => changed);
    },
  };
  const letGo = async () => {
    await vi.waitUntil(() => gates.length > 0, { interval: 1 });
    gates.shift()?.();
  };
  return { inner, store, batches, letGo };
}

describe('a journal', () => {
  it('gathers what comes while the last is being stored', async () => {
    const { store, inner, batches, letGo } = slow();
    const journal = new Journal(store, () => undefined);
    journal.put('a', 1);
    await vi.waitUntil(() => batches.length > 0);
    journal.put('b', 2);
    journal.put('c', 3);
    journal.remove('b');
    const done = journal.settled();
    await letGo();
    await letGo();
    await done;
    expect(batches).toEqual([
      [['a', 1]],
      [
        ['b', undefined],
        ['c', 3],
      ],
    ]);
    expect(await inner.list('')).toEqual([
      ['a', 1],
      ['c', 3],
    ]);
  });

  it('lets the next write wait, unless the page is about to go', async () => {
    const { store, batches, letGo } = slow();
    const journal = new Journal(store, () => undefined);
    journal.put('a', 1);
    await letGo();
    await journal.settled();
    journal.put('b', 2);
    journal.put('c', 3);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    expect(batches).toEqual([[['a', 1]]]);
    journal.hurry();
    await letGo();
    await journal.settled();
    expect(batches.slice(1)).toEqual([
      [
        ['b', 2],
        ['c', 3],
      ],
    ]);
  });

  it('tells where something could not be stored, and goes on', async () => {
    const errors: unknown[] = [];
    const inner = memoryDurable();
    let isFull = true;
    const journal = new Journal(
      { ...inner, update: (keys, change) => (isFull ? Promise.reject(new Error('full')) : inner.update(keys, change)) },
      (error) => errors.push(error),
    );
    journal.put('a', 1);
    await journal.settled();
    expect(errors).toEqual([new Error('full')]);
    isFull = false;
    journal.put('b', 2);
    await journal.settled();
    expect(await inner.list('')).toEqual([['b', 2]]);
  });
});
