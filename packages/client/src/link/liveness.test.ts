import { describe, expect, it } from 'vitest';
import { alive, asked, forgiven, heard, isProven, patienceMs, silenceLeftMs, slow } from './liveness.ts';

const talk = { isTalk: true, isAnswer: false };
const ping = { isTalk: false, isAnswer: true };

describe('the life of a channel', () => {
  it('is asked for after half a second of silence while somebody talks, and then ever more rarely', () => {
    let life = heard(alive(0), 100, talk);
    expect(silenceLeftMs(life, 100)).toBe(500);
    const pauses = Array.from({ length: 7 }, () => {
      life = heard(asked(life, 0, 15_000), 0, ping);
      return silenceLeftMs(life, 0);
    });
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    expect(silenceLeftMs(heard(life, 0, talk), 0)).toBe(500);
  });

  it('is doubted later where it was doubted without reason, for half a minute', () => {
    let life = alive(0);
    const patience = Array.from({ length: 4 }, () => {
      life = forgiven(life, 0);
      return patienceMs(life, 1);
    });
    expect(patience).toEqual([600, 1_200, 1_600, 1_600]);
    expect(patienceMs(life, 30_000)).toBe(300);
  });

  it('keeps its time for as long as the line needs it', () => {
    const life = forgiven(alive(0), 0);
    expect(patienceMs(slow(life, 200, 20_000), 40_000)).toBe(300);
    expect(patienceMs(slow(life, 400, 20_000), 40_000)).toBe(600);
    expect(patienceMs(slow(life, 400, 31_000), 40_000)).toBe(300);
    expect(slow(alive(0), 400, 0)).toEqual(alive(0));
  });

  it('is proven by what answers, and not by what comes by itself', () => {
    const opened = alive(0);
    expect(isProven(opened, 200)).toBe(true);
    expect(isProven(heard(opened, 900, talk), 1_000)).toBe(false);
    expect(isProven(heard(opened, 900, ping), 1_000)).toBe(true);
  });
});
