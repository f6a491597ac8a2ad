import { AnypathError } from '@anypath/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { FlagDocument } from '../store/port.ts';
import { Flags, isOnFor } from './flags.ts';

const flag = (some: Partial<FlagDocument>): FlagDocument => {
  return { key: 'rtc.ice', enabled: true, percent: 100, wallets: {}, ...some };
};
const wallets = Array.from({ length: 2_000 }, (_, index) => `wallet-${index}`);

describe('[S1.4] a feature flag', () => {
  it('is on or off for everyone', () => {
    expect(isOnFor(flag({}), 'alice')).toBe(true);
    expect(isOnFor(flag({ enabled: false }), 'alice')).toBe(false);
  });

  it('is on for a share of the wallets, the same ones each time, and more of them as it grows', () => {
    const on = (percent: number) => wallets.filter((wallet) => isOnFor(flag({ percent }), wallet));
    const some = on(20);
    expect(some.length / wallets.length).toBeGreaterThan(0.16);
    expect(some.length / wallets.length).toBeLessThan(0.24);
    expect(on(20)).toEqual(some);
    expect(on(50)).toEqual(expect.arrayContaining(some));
    expect([on(0).length, on(100).length]).toEqual([0, wallets.length]);
  });

  it('takes others for another flag', () => {
    const on = (key: string) => wallets.filter((wallet) => isOnFor(flag({ key, percent: 50 }), wallet));
    expect(on('rtc.ice')).not.toEqual(on('rtc.signal'));
  });

  it('holds for a wallet that is named, whatever else holds', () => {
    const off = flag({ enabled: false, wallets: { alice: true } });
    expect([isOnFor(off, 'alice'), isOnFor(off, 'bob')]).toEqual([true, false]);
    expect(isOnFor(flag({ wallets: { alice: false } }), 'alice')).toBe(false);
    expect(isOnFor(flag({ wallets: {} }), 'constructor')).toBe(true);
  });

  it('has its default where nobody has set it, and is seen within a second of a change', async () => {
    vi.useFakeTimers();
    let stored: FlagDocument[] = [];
    const flags = await Flags.follow({ flags: () => stored });
    expect(flags.isEnabled('rtc.ice', 'alice')).toBe(true);
    stored = [flag({ enabled: false })];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(flags.isEnabled('rtc.ice', 'alice')).toBe(false);
    expect(() => flags.require('rtc.ice', 'alice')).toThrow(expect.objectContaining({ code: 'feature_disabled' }));
    flags.close();
    vi.useRealTimers();
  });

  it('stays as it was known last while the store cannot be read', async () => {
    vi.useFakeTimers();
    let answer = () => [flag({ enabled: false })];
    const flags = await Flags.follow({ flags: () => answer() });
    answer = () => {
      throw new AnypathError('store_unavailable');
    };
    await vi.advanceTimersByTimeAsync(1_000);
    expect(flags.isEnabled('rtc.ice', 'alice')).toBe(false);
    answer = () => [];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(flags.isEnabled('rtc.ice', 'alice')).toBe(true);
    flags.close();
    vi.useRealTimers();
  });
});
