import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MediaConnection } from '../rtc/media-connection.ts';
import { Flow } from './flow.ts';

/** Media that comes as the test says; the connection is a stand-in. */
function scene() {
  let bytesReceived = 0;
  let dried = 0;
  const stats = async () => new Map([['in', { type: 'inbound-rtp', bytesReceived }]]);
  const flow = new Flow(
    () => ({ stats }) as unknown as MediaConnection,
    () => dried++,
  );
  const pass = async (ms: number, isComing: boolean) => {
    for (let passed = 0; passed < ms; passed += 100) {
      if (isComing) bytesReceived += 100;
      await vi.advanceTimersByTimeAsync(100);
    }
  };
  return { flow, pass, dried: () => dried };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('media that stops', () => {
  it('is noticed after a second, once', async () => {
    const { flow, pass, dried } = scene();
    await pass(2_000, true);
    await pass(800, false);
    expect(dried()).toBe(0);
    await pass(800, false);
    expect(dried()).toBe(1);
    await pass(3_000, false);
    expect(dried()).toBe(1);
    flow.close();
  });

  it('is noticed at the next look where something else spoke for it, and not where it goes on', async () => {
    const { flow, pass, dried } = scene();
    await pass(2_000, true);
    flow.suspect();
    await pass(700, false);
    expect(dried()).toBe(1);
    await pass(2_000, true);
    flow.suspect();
    await pass(2_000, true);
    await pass(600, false);
    expect(dried()).toBe(1);
    flow.close();
  });

  it('is nothing where none has come yet', async () => {
    const { flow, pass, dried } = scene();
    await pass(5_000, false);
    expect(dried()).toBe(0);
    flow.close();
  });
});
