import { describe, expect, it } from 'vitest';
import { alive, asked, forgiven, heard, patienceMs, silenceLeftMs } from './liveness.ts';

describe('the life of a channel', () => {
  it('is asked for after half a second of silence while somebody talks, and then ever more rarely', () => {
    let life = heard(alive(0), 100, true);
    expect(silenceLeftMs(life, 100)).toBe(500);
    const pauses = Array.from({ length: 7 }, () => {
      life = heard(asked(life, 0), 0, false);
      return silenceLeftMs(life, 0);
    });
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    expect(silenceLeftMs(heard(life, 0, true), 0)).toBe(500);
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
});
