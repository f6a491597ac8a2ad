import { LIMITS, type PresenceUpdate } from '@anypath/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLocalBus } from '../bus/local.ts';
import { Presence } from './presence.ts';

const alice = { wallet: 'alice', deviceId: 'a1' };

describe('[S4.6] presence', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Alice and Bob are contacts, Carol is nobody's; all of them are connected but Alice. */
  function scene() {
    const bus = createLocalBus();
    const told: (readonly [string, PresenceUpdate])[] = [];
    const mutual: Readonly<Record<string, string[]>> = { alice: ['bob', 'dave'], bob: ['alice'] };
    const acquaintances = {
      areMutual: (a: string, b: string) => mutual[a]?.includes(b) ?? false,
      mutualOf: (wallet: string) => mutual[wallet] ?? [],
    };
    const presence = new Presence({ bus, acquaintances, tell: (wallet, update) => void told.push([wallet, update]) });
    bus.join({ wallet: 'bob', deviceId: 'b1' }, 'bob', true);
    bus.join({ wallet: 'carol', deviceId: 'c1' }, 'carol', true);
    const connect = (name: string) => {
      bus.join(alice, name, true);
      presence.came(alice);
    };
    const disconnect = (name: string, goodbye: boolean) => {
      if (bus.leave(alice, name, goodbye)) presence.went(alice, goodbye);
    };
    return { presence, told, connect, disconnect };
  }
  const online = { wallet: 'alice', online: true, devices: ['a1'] };
  const offline = { wallet: 'alice', online: false, devices: [] };

  it('[PR2] is told to contacts that are online, and to nobody else', () => {
    const { presence, told, connect } = scene();
    connect('1');
    expect(told).toEqual([['bob', online]]);
    expect(presence.snapshot('bob')).toEqual([online]);
    expect(presence.snapshot('carol')).toEqual([]);
  });

  it('[PR4] is told at once after a goodbye, and after a moment of grace without one', () => {
    const { told, connect, disconnect } = scene();
    connect('1');
    vi.advanceTimersByTime(LIMITS.presenceEveryMs);
    disconnect('1', true);
    expect(told.at(-1)).toEqual(['bob', offline]);
    connect('2');
    vi.advanceTimersByTime(LIMITS.presenceEveryMs);
    expect(told.at(-1)).toEqual(['bob', online]);
    const before = told.length;
    disconnect('2', false);
    vi.advanceTimersByTime(LIMITS.presenceGraceMs - 1);
    expect(told).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(told.at(-1)).toEqual(['bob', offline]);
  });

  it('[PR4] [PR5] tells again who is back within the grace, and never that it was gone', () => {
    const { told, connect, disconnect } = scene();
    connect('1');
    vi.advanceTimersByTime(LIMITS.presenceEveryMs);
    disconnect('1', false);
    connect('2');
    vi.advanceTimersByTime(60_000);
    expect(told.map(([, update]) => update.online)).toEqual([true, true]);
  });

  it('[PR6] of somebody who flaps is told once in a while, and ends with what holds', () => {
    const { told, connect, disconnect } = scene();
    for (let index = 0; index < 100; index++) {
      connect(String(index));
      vi.advanceTimersByTime(50);
      disconnect(String(index), index % 2 === 0);
      vi.advanceTimersByTime(50);
    }
    expect(told.length).toBeLessThanOrEqual(12);
    vi.advanceTimersByTime(60_000);
    expect(told.at(-1)).toEqual(['bob', offline]);
    expect(vi.getTimerCount(), 'nothing is left behind').toBe(0);
  });

  it('[PR7] follows the contact: there from the moment it is mutual, gone when it ends', () => {
    const { presence, told, connect } = scene();
    connect('1');
    told.length = 0;
    presence.contactChanged('carol', { wallet: 'alice', state: 'asking' });
    expect(told).toEqual([]);
    presence.contactChanged('carol', { wallet: 'alice', state: 'mutual' });
    presence.contactChanged('carol', { wallet: 'alice', state: 'none' });
    expect(told).toEqual([
      ['carol', online],
      ['carol', offline],
    ]);
  });
});
