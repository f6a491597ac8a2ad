import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OneATurn } from './one-a-turn.ts';

describe('OneATurn', () => {
  it('does things in their order, one in each turn of the event loop', async () => {
    const oneATurn = new OneATurn();
    const done: string[] = [];
    for (const name of ['first', 'second', 'third']) oneATurn.run(() => done.push(name));
    expect(done).toEqual([]);
    await turn();
    expect(done).toEqual(['first']);
    await turn();
    expect(done).toEqual(['first', 'second']);
    oneATurn.run(() => done.push('fourth'));
    await turn();
    await turn();
    expect(done).toEqual(['first', 'second', 'third', 'fourth']);
    oneATurn.run(() => done.push('after a pause'));
    await turn();
    expect(done.at(-1)).toBe('after a pause');
  });

  it('goes on where one fails', async () => {
    const oneATurn = new OneATurn();
    const done: string[] = [];
    const failures: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => failures.push(error));
    oneATurn.run(() => {
      throw new Error('no');
    });
    oneATurn.run(() => done.push('next'));
    await turn();
    await turn();
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect(failures).toEqual([new Error('no')]);
    expect(done).toEqual(['next']);
  });
});
