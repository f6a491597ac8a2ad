import { AnypathError } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { mailAge } from './gauges.ts';

describe('the age of the oldest message', () => {
  it('[S7.5] grows by itself, and the store is asked every few seconds at most, also where it fails', async () => {
    let nowMs = 1_000_000;
    let asked = 0;
    const answers: (() => number | undefined)[] = [
      () => nowMs - 60_000,
      () => {
        throw new AnypathError('store_unavailable');
      },
      () => undefined,
    ];
    const age = mailAge(
      async () => answers[asked++]?.(),
      () => nowMs,
    );
    expect(await age()).toBe(60);
    nowMs += 4_000;
    expect([await age(), asked]).toEqual([64, 1]);
    nowMs += 1_000;
    expect([await age(), asked], 'what was known last').toEqual([65, 2]);
    nowMs += 5_000;
    expect([await age(), asked]).toEqual([0, 3]);
  });
});
