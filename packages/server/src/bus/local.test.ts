import { LIMITS } from '@anypath/protocol';
import { describe, expect, it, vi } from 'vitest';
import { createLocalBus } from './local.ts';

describe('the local bus', () => {
  const alice = { wallet: 'alice', deviceId: 'a1' };

  it('knows a device until its last connection ends', () => {
    const bus = createLocalBus();
    bus.join(alice, 'old');
    bus.join(alice, 'new');
    expect(bus.leave(alice, 'old')).toBe(false);
    expect(bus.devicesOf('alice')).toEqual(['a1']);
    expect(bus.leave(alice, 'new')).toBe(true);
    expect([...bus.wallets()]).toEqual([]);
  });

  it('names the device that connected last at the end', () => {
    const bus = createLocalBus();
    bus.join(alice, '1');
    bus.join({ wallet: 'alice', deviceId: 'a2' }, '2');
    bus.join(alice, '3');
    expect(bus.devicesOf('alice')).toEqual(['a2', 'a1']);
  });

  it('does a thing once, and forgets it after two minutes', () => {
    let now = 0;
    const bus = createLocalBus(() => now);
    const make = vi.fn(() => 'done');
    expect([bus.once('k', 'f', make), bus.once('k', 'f', make), bus.once('k', 'other', make)]).toEqual([
      'done',
      'done',
      'reused',
    ]);
    expect(make).toHaveBeenCalledTimes(1);
    now = LIMITS.signalMemoryMs + 1;
    expect(bus.once('k', 'other', make)).toBe('done');
  });

  it('holds no more than its limit', () => {
    const bus = createLocalBus(() => 0);
    for (let index = 0; index <= LIMITS.signalMemoryMaxEntries + 1; index++) bus.once(`k${index}`, 'f', () => index);
    expect(bus.once('k0', 'f', () => 'again')).toBe('again');
  });
});
