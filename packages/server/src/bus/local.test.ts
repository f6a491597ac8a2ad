import { LIMITS } from '@anypath/protocol';
import { describe, expect, it, vi } from 'vitest';
import { createLocalBus } from './local.ts';

describe('the local bus', () => {
  const alice = { wallet: 'alice', deviceId: 'a1' };

  it('knows a device until its last connection ends', () => {
    const bus = createLocalBus();
    bus.join(alice, 'old', true);
    bus.join(alice, 'new', true);
    expect(bus.leave(alice, 'old', true)).toBe(false);
    expect(bus.devicesOf('alice')).toEqual(['a1']);
    expect(bus.leave(alice, 'new', true)).toBe(true);
    expect([...bus.wallets()]).toEqual([]);
  });

  it('[PR3] names the device that connected last at the end', () => {
    const bus = createLocalBus();
    bus.join(alice, '1', true);
    bus.join({ wallet: 'alice', deviceId: 'a2' }, '2', true);
    bus.join(alice, '3', true);
    expect(bus.devicesOf('alice')).toEqual(['a2', 'a1']);
  });

  it('[SG4] does a thing once, and forgets it after two minutes', () => {
    let now = 1_000;
    const bus = createLocalBus(() => now);
    const make = vi.fn(() => 'done');
    expect([bus.once('k', 'f', make), bus.once('k', 'f', make), bus.once('k', 'other', make)]).toEqual([
      'done',
      'done',
      'reused',
    ]);
    expect(make).toHaveBeenCalledTimes(1);
    now += LIMITS.signalMemoryMs + 1;
    expect(bus.once('k', 'other', make)).toBe('done');
  });

  it('holds no more than its limit', () => {
    const bus = createLocalBus(() => 1_000);
    for (let index = 0; index <= LIMITS.signalMemoryMaxEntries + 1; index++) bus.once(`k${index}`, 'f', () => index);
    expect(bus.once('k0', 'f', () => 'again')).toBe('again');
  });
});

describe('the rate limits of the local bus', () => {
  const limit = { name: 'ice', points: 2, windowMs: 60_000 };

  it('let a key have its points, and say when there are more', async () => {
    const bus = createLocalBus(() => 1_000);
    expect(await bus.take(limit, 'alice')).toEqual({ ok: true, remaining: 1, resetMs: 60_000 });
    expect(await bus.take(limit, 'alice')).toMatchObject({ ok: true, remaining: 0 });
    expect(await bus.take(limit, 'alice')).toMatchObject({ ok: false, remaining: 0 });
    expect(await bus.take(limit, 'bob')).toMatchObject({ ok: true });
    expect(await bus.take({ ...limit, name: 'other' }, 'alice')).toMatchObject({ ok: true });
  });

  it('begin anew after the window', async () => {
    let now = 1_000;
    const bus = createLocalBus(() => now);
    for (let index = 0; index < 3; index++) await bus.take(limit, 'alice');
    now += 30_000;
    expect(await bus.take(limit, 'alice')).toEqual({ ok: false, remaining: 0, resetMs: 30_000 });
    now += 30_001;
    expect(await bus.take(limit, 'alice')).toMatchObject({ ok: true, remaining: 1 });
  });
});
