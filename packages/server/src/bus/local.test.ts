import { LIMITS } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { busContract } from './bus-contract.ts';
import { createLocalBus } from './local.ts';

const ALICE = { wallet: 'alice', deviceId: 'a1' };

describe('the local bus', () => {
  busContract(() => createLocalBus());

  it('[SG4] remembers a signal for two minutes at least, and forgets it after four', () => {
    let now = 1_000;
    const bus = createLocalBus(() => now);
    expect(bus.once(ALICE, 's1', 1, () => 'done')).toBe('done');
    now += LIMITS.signalMemoryMs - 1;
    expect(bus.once(ALICE, 's1', 1, () => 'again')).toBe('done');
    bus.once(ALICE, 's2', 1, () => 'another');
    now += LIMITS.signalMemoryMs - 1;
    expect(bus.once(ALICE, 's2', 1, () => 'again')).toBe('another');
    now += 2;
    expect(bus.once(ALICE, 's1', 2, () => 'again')).toBe('again');
  });

  it('[SG4] forgets a signal after two minutes where none has come since', () => {
    let now = 1_000;
    const bus = createLocalBus(() => now);
    bus.once(ALICE, 's1', 1, () => 'done');
    now += 2 * LIMITS.signalMemoryMs;
    expect(bus.once(ALICE, 's1', 2, () => 'again')).toBe('again');
  });

  it('holds no more signals than its limit', () => {
    const bus = createLocalBus(() => 1_000);
    for (let index = 0; index <= LIMITS.signalMemoryMaxEntries + 1; index++) {
      bus.once(ALICE, `s${index}`, 1, () => index);
    }
    expect(bus.once(ALICE, 's0', 1, () => 'again')).toBe('again');
  });

  it('takes a device for away for as long as a signal waits', () => {
    let now = 1_000;
    const bus = createLocalBus(() => now);
    bus.join(ALICE, '1', true);
    bus.leave(ALICE, '1', false);
    now += LIMITS.signalWaitMs - 1;
    expect(bus.isAway('alice', 'a1')).toBe(true);
    now += 2;
    expect(bus.isAway('alice', 'a1')).toBe(false);
  });

  it('begins a limit anew after its window', async () => {
    const limit = { name: 'ice', points: 2, windowMs: 60_000 };
    let now = 1_000;
    const bus = createLocalBus(() => now);
    for (let index = 0; index < 3; index++) await bus.take(limit, 'alice');
    now += 30_000;
    expect(await bus.take(limit, 'alice')).toEqual({ ok: false, remaining: 0, resetMs: 30_000 });
    now += 30_001;
    expect(await bus.take(limit, 'alice')).toMatchObject({ ok: true, remaining: 1 });
  });

  it('lets nonces and notes expire', async () => {
    let now = 1_000;
    const bus = createLocalBus(() => now);
    bus.keepNonce('n1');
    bus.notes.set('ring', 'a1', 5_000);
    now += 5_001;
    expect(bus.notes.get('ring')).toBeUndefined();
    now += LIMITS.nonceMs;
    expect(bus.takeNonce('n1')).toBe(false);
  });
});
