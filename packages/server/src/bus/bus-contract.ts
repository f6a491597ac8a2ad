import type { Mail } from '@anypath/protocol';
import { expect, it, vi } from 'vitest';
import type { Bus, DeviceRef, Parcel } from './port.ts';

const ALICE: DeviceRef = { wallet: 'alice', deviceId: 'a1' };
const LIMIT = { name: 'ice', points: 2, windowMs: 60_000 };
const PARCEL: Parcel = { kind: 'taken', taken: { convId: 'alice:bob', signalId: 's1', byDevice: 'a2' } };
const MAIL: Mail = {
  position: 1,
  id: 'm1',
  from: 'bob',
  to: 'alice',
  at: 1,
  forced: false,
  expiresAt: 2,
  body: Uint8Array.of(1),
};

/**
 * What every bus does, also one of a single node. Call it inside `describe`.
 *
 * @param open opens a bus that knows nothing; it is closed after the test
 */
export function busContract(open: () => Bus | Promise<Bus>): void {
  const on = (test: (bus: Bus) => void | Promise<void>) => async () => {
    const bus = await open();
    try {
      await test(bus);
    } finally {
      await bus.close();
    }
  };

  it(
    'knows a device until its last connection ends',
    on((bus) => {
      bus.join(ALICE, 'old', true);
      bus.join(ALICE, 'new', true);
      expect(bus.leave(ALICE, 'old', true)).toBe(false);
      expect(bus.devicesOf('alice')).toEqual(['a1']);
      expect([...bus.wallets()]).toEqual(['alice']);
      expect(bus.leave(ALICE, 'new', true)).toBe(true);
      expect(bus.leave(ALICE, 'new', true)).toBe(false);
      expect([bus.devicesOf('alice'), [...bus.wallets()]]).toEqual([[], []]);
    }),
  );

  it(
    '[PR3] names the device that connected last at the end, and those that use WebRTC',
    on((bus) => {
      bus.join(ALICE, '1', true);
      bus.join({ wallet: 'alice', deviceId: 'a2' }, '2', false);
      bus.join({ wallet: 'bob', deviceId: 'b1' }, '3', true);
      expect(bus.devicesOf('alice')).toEqual(['a1', 'a2']);
      bus.join(ALICE, '4', true);
      expect(bus.devicesOf('alice')).toEqual(['a2', 'a1']);
      expect(bus.rtcDevicesOf('alice')).toEqual(['a1']);
      bus.join(ALICE, '5', false);
      expect(bus.rtcDevicesOf('alice')).toEqual([]);
    }),
  );

  it(
    'takes a device that lost its connection for away, until it is back, and none that said goodbye',
    on((bus) => {
      bus.join(ALICE, '1', true);
      bus.join({ wallet: 'alice', deviceId: 'a2' }, '2', true);
      bus.leave({ wallet: 'alice', deviceId: 'a2' }, '2', true);
      expect(bus.isAway('alice')).toBe(false);
      bus.leave(ALICE, '1', false);
      expect([bus.isAway('alice'), bus.isAway('alice', 'a1'), bus.isAway('alice', 'a2')]).toEqual([true, true, false]);
      expect(bus.isAway('bob')).toBe(false);
      bus.join(ALICE, '3', true);
      expect(bus.isAway('alice')).toBe(false);
    }),
  );

  it(
    '[SG4] does a thing once, and says so where its name comes with another content',
    on(async (bus) => {
      const make = vi.fn(() => 'done');
      expect(await bus.once(ALICE, 's1', 1, make)).toBe('done');
      expect(await bus.once(ALICE, 's1', 1, make)).toBe('done');
      expect(await bus.once(ALICE, 's1', 2, make)).toBe('reused');
      expect(make).toHaveBeenCalledTimes(1);
      expect(await bus.once({ wallet: 'alice', deviceId: 'a2' }, 's1', 2, () => 'its own')).toBe('its own');
      expect(await bus.once({ wallet: 'bob', deviceId: 'a1' }, 's1', 2, () => 'his own')).toBe('his own');
    }),
  );

  it(
    '[SG4] gives the answer that is still being made to whoever asks meanwhile',
    on(async (bus) => {
      let finish: (answer: string) => void = () => undefined;
      const make = vi.fn(() => new Promise<string>((resolve) => (finish = resolve)));
      const answers = [bus.once(ALICE, 's1', 1, make), bus.once(ALICE, 's1', 1, make)];
      expect(await bus.once(ALICE, 's1', 2, make)).toBe('reused');
      expect(make).toHaveBeenCalledTimes(1);
      finish('done');
      expect(await Promise.all(answers)).toEqual(['done', 'done']);
    }),
  );

  it(
    '[SG4] forgets what failed',
    on(async (bus) => {
      const fail = () => {
        throw new Error('no');
      };
      expect(() => bus.once(ALICE, 's1', 1, fail)).toThrow('no');
      await expect(bus.once(ALICE, 's1', 1, () => Promise.reject(new Error('later')))).rejects.toThrow('later');
      expect(await bus.once(ALICE, 's1', 2, () => 'done')).toBe('done');
    }),
  );

  it(
    'lets a key have the points of a limit, and says when there are more',
    on(async (bus) => {
      expect(await bus.take(LIMIT, 'alice')).toMatchObject({ ok: true, remaining: 1 });
      const { resetMs, ...taken } = await bus.take(LIMIT, 'alice');
      expect(taken).toEqual({ ok: true, remaining: 0 });
      expect(resetMs).toBeGreaterThan(0);
      expect(resetMs).toBeLessThanOrEqual(LIMIT.windowMs);
      expect(await bus.take(LIMIT, 'alice')).toMatchObject({ ok: false, remaining: 0 });
      expect(await bus.take(LIMIT, 'bob')).toMatchObject({ ok: true, remaining: 1 });
      expect(await bus.take({ ...LIMIT, name: 'other' }, 'alice')).toMatchObject({ ok: true, remaining: 1 });
    }),
  );

  it(
    'counts the limits of one connection at once',
    on((bus) => {
      const limit = { ...LIMIT, isLocal: true };
      const taken = [1, 2, 3].map(() => bus.take(limit, 'alice'));
      expect(taken).toMatchObject([{ ok: true }, { ok: true }, { ok: false }]);
    }),
  );

  it(
    'lets a nonce be used once, and only one that was kept',
    on(async (bus) => {
      await bus.keepNonce('n1');
      expect(await bus.takeNonce('n2')).toBe(false);
      expect(await Promise.all([bus.takeNonce('n1'), bus.takeNonce('n1')])).toEqual([true, false]);
    }),
  );

  it(
    'keeps notes, of which the first to claim one has it',
    on(async ({ notes }) => {
      expect(await notes.get('ring')).toBeUndefined();
      expect(await notes.claim('ring', 'a1', 60_000)).toBe('a1');
      expect(await notes.claim('ring', 'a2', 60_000)).toBe('a1');
      await notes.set('ring', 'a3', 60_000);
      expect(await notes.get('ring')).toBe('a3');
      await notes.delete('ring');
      expect([await notes.get('ring'), await notes.claim('ring', 'ñ 📱', 60_000)]).toEqual([undefined, 'ñ 📱']);
    }),
  );

  it(
    'reaches no device that is on no other node',
    on(async (bus) => {
      expect(await bus.send(ALICE, PARCEL)).toBe('offline');
      bus.join(ALICE, '1', true);
      expect(await bus.send(ALICE, PARCEL)).toBe('offline');
      expect(() => bus.notify('alice', { kind: 'arrival', keyIds: [undefined], mail: MAIL })).not.toThrow();
    }),
  );
}
