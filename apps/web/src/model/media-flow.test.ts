import { describe, expect, it } from 'vitest';
import { flowed, type MediaFlow, noFlow, STILL_MS } from './media-flow.ts';

const look = (before: MediaFlow, bytes: number, nowMs: number, isExpected = true) =>
  flowed(before, { bytes, nowMs, isExpected });

describe('the flow of media', () => {
  it('is waited for until the first byte, however long', () => {
    expect(look(noFlow, 0, 60_000).state).toBe('waiting');
    expect(look(noFlow, 1, 60_000).state).toBe('flowing');
  });

  it('goes on through a pause that is over soon', () => {
    const flowing = look(noFlow, 100, 1_000);
    expect(look(flowing, 100, 1_000 + STILL_MS - 1).state).toBe('flowing');
  });

  it('stands still after a long pause, and flows at the next byte', () => {
    const still = look(look(noFlow, 100, 1_000), 100, 1_000 + STILL_MS);
    expect(still.state).toBe('still');
    expect(look(still, 101, 9_000).state).toBe('flowing');
  });

  it('flows over another connection, which counts from the beginning', () => {
    const still = look(look(noFlow, 100_000, 1_000), 100_000, 3_000);
    expect(look(still, 0, 3_500).state).toBe('still');
    expect(look(still, 20, 3_500).state).toBe('flowing');
  });

  it('does not stand still where the other side sends nothing', () => {
    const flowing = look(noFlow, 100, 1_000);
    const quiet = look(flowing, 100, 9_000, false);
    expect(quiet.state).toBe('flowing');
    expect(look(quiet, 100, 9_500).state).toBe('flowing');
  });
});
