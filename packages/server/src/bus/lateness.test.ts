import { describe, expect, it } from 'vitest';
import { Lateness } from './lateness.ts';

describe('Lateness', () => {
  it('is how much later a message is than the quickest one, whatever the two clocks say', () => {
    const lateness = new Lateness();
    expect(lateness.heard(5_000_000, 1_010)).toBe(0);
    expect(lateness.heard(5_001_000, 2_005)).toBe(0);
    expect(lateness.heard(5_002_000, 3_025)).toBe(20);
    expect(lateness.heard(5_003_000, 24_005)).toBe(20_000);
    expect(lateness.heard(5_024_000, 25_005)).toBe(0);
  });

  it('follows clocks that drift apart', () => {
    const lateness = new Lateness();
    let late = 0;
    for (let minute = 1; minute <= 24 * 60; minute++) late = lateness.heard(minute * 60_000, minute * 60_006);
    expect(late).toBeLessThan(100);
  });
});
