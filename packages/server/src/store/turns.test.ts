import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

/** An answer that is there when it is told to be. */
function pending(value: string) {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<string>((resolved, rejected) => {
    resolve = () => resolved(value);
    reject = rejected;
  });
  return { promise, resolve, reject };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('answers in turns', () => {
  it('are given in the order of the questions among those with a name in common, and no other waits', async () => {
    const turns = new Turns();
    const given: string[] = [];
    const [first, second, third, apart] = [pending('first'), pending('second'), pending('third'), pending('apart')];
    const told = (answer: Promise<string>) => answer.then((value) => given.push(value));
    const all = [
      told(turns.take(['bob', 'alice'], first.promise)),
      told(turns.take(['carol', 'alice'], second.promise)),
      told(turns.take(['carol', 'dave'], third.promise)),
      told(turns.take(['erin'], apart.promise)),
    ];
    for (const each of [third, second, apart]) each.resolve();
    await turn();
    expect(given).toEqual(['apart']);
    first.resolve();
    await Promise.all(all);
    expect(given).toEqual(['apart', 'first', 'second', 'third']);
  });

  it('wait for one that fails, and not longer', async () => {
    const turns = new Turns();
    const [first, second] = [pending('first'), pending('second')];
    const answers = [turns.take(['bob'], first.promise), turns.take(['bob'], second.promise)];
    second.reject(new Error('second'));
    await turn();
    first.reject(new Error('first'));
    await turns.settled();
    expect(await Promise.allSettled(answers)).toMatchObject([
      { reason: { message: 'first' } },
      { reason: { message: 'second' } },
    ]);
  });
});
