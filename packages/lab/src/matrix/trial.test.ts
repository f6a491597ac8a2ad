import type { Path } from '@anypath/client';
import { describe, expect, it } from 'vitest';
import type { Account } from '../browser/lab-page.ts';
import { longestSilence } from './event-run.ts';
import { percentiles } from './percentile.ts';
import { allPairs, browserOf, CLASSES, clientsOf, parsePairs } from './plan.ts';
import { runJobs } from './schedule.ts';
import { countsOf, trialOf } from './trial.ts';

const account = (numbers: readonly number[], more: Partial<Account> = {}): Account => ({
  sent: 3,
  sentAtMs: [100, 120, 140],
  delivered: 3,
  seen: numbers.map((number, index) => ({ number, path: index === 0 ? 'relay' : 'direct', atMs: 110 + 20 * index })),
  paths: ['relay', 'direct', 'relay'].map((path, index) => ({ path: path as Path, atMs: 100 + 30 * index })),
  pair: 'host/udp–host',
  ...more,
});

describe('what became of messages', () => {
  it.each([
    ['all there', [0, 1, 2], { lost: 0, repeated: 0, reordered: 0 }],
    ['one lost', [0, 2], { lost: 1, repeated: 0, reordered: 0 }],
    ['one repeated', [0, 1, 1, 2], { lost: 0, repeated: 1, reordered: 0 }],
    ['one late', [0, 2, 1], { lost: 0, repeated: 0, reordered: 1 }],
    ['nothing', [], { lost: 3, repeated: 0, reordered: 0 }],
  ])('is counted: %s', (_what, numbers, counts) => {
    expect(countsOf(account([]), account(numbers))).toMatchObject(counts);
  });

  it('is told with its paths and times', () => {
    expect(trialOf(account([0, 1, 2]), account([0, 1, 2]))).toMatchObject({
      sent: 6,
      delivered: 6,
      firstPath: 'relay',
      bestPath: 'direct',
      lastPath: 'relay',
      msToFirst: 10,
      msToBest: 30,
    });
  });

  it('knows the longest silence since an event', () => {
    const seen = [0, 500, 520, 900].map((atMs, number) => ({ number, path: 'relay' as const, atMs }));
    expect(longestSilence({ seen }, 510)).toBe(380);
    expect(longestSilence({ seen }, 0)).toBe(500);
  });
});

describe('the plan', () => {
  it('meets every unordered pair of classes once', () => {
    expect(allPairs()).toHaveLength((CLASSES.length * (CLASSES.length + 1)) / 2);
  });

  it('needs a second client only for a class with itself', () => {
    expect([...clientsOf(parsePairs('home:mobile,home:home')).keys()]).toEqual(['home-1', 'mobile-1', 'home-2']);
  });

  it('gives Firefox clients of its own', () => {
    const clients = clientsOf(parsePairs('home@firefox:home'));
    expect([...clients]).toEqual([
      ['home-firefox', 'home'],
      ['home-1', 'home'],
    ]);
    expect([...clients.keys()].map(browserOf)).toEqual(['firefox', 'chromium']);
  });

  it.each(['home', 'home:', 'home:mars', 'home:home:home', ''])('refuses "%s"', (text) => {
    expect(() => parsePairs(text)).toThrow('is no pair of classes');
  });
});

describe('the schedule', () => {
  it('never has a client in two jobs at once, keeps the order of results, and stays within its width', async () => {
    const busy = new Set<string>();
    let most = 0;
    const jobs = [
      ['a', 'b'],
      ['a', 'c'],
      ['d', 'e'],
      ['b', 'c'],
      ['f', 'g'],
    ].map((clients, index) => ({
      clients,
      run: async () => {
        for (const client of clients) {
          expect(busy.has(client)).toBe(false);
          busy.add(client);
        }
        most = Math.max(most, busy.size / 2);
        await new Promise(setImmediate);
        for (const client of clients) busy.delete(client);
        return index;
      },
    }));
    expect(await runJobs(jobs, 2)).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
  });

  it('starts nothing new after a failure, and tells it', async () => {
    const done: number[] = [];
    const jobs = [0, 1, 2].map((index) => ({
      clients: ['same'],
      run: async () => {
        if (index === 1) throw new Error('broken');
        done.push(index);
      },
    }));
    await expect(runJobs(jobs, 3)).rejects.toThrow('broken');
    expect(done).toEqual([0]);
  });
});

describe('percentiles', () => {
  it('are by nearest rank, and leave out what is missing', () => {
    expect(percentiles([1, 2, 3, 4, undefined])).toEqual({ p50: 2, p95: 4 });
    expect(percentiles([undefined])).toBeUndefined();
  });
});
