import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS } from '@anypath/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { deviceKey, devicePublicKey } from '../testing/device-keys.ts';
import { Devices, type DevicesOptions } from './devices.ts';

const refused = (code: string) => expect.objectContaining({ code });
/** A proof that says whose it is; whether it is right is checked elsewhere. */
const proof = (text: string) => ({ message: text, signature: '0x00' });

describe('devices (real SQLite)', () => {
  let folder = '';
  let store: ReturnType<typeof openSqliteStore>;
  const clock = { ms: 0 };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-devices-'));
    store = openSqliteStore(folder);
    clock.ms = 1_700_000_000_000;
  });
  afterEach(() => {
    vi.useRealTimers();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Devices with what they tell, and the proofs that were checked. */
  function made(options: DevicesOptions = {}, on = store) {
    const checked: string[] = [];
    const devices = new Devices(on, async (_wallet, _key, { message }) => void checked.push(message), {
      nowMs: () => clock.ms,
      ...options,
    });
    const told: string[] = [];
    devices.onRemoved(({ keyId, because }) => told.push(`${keyId} ${because}`));
    devices.onChange(({ keyId, kind }) => told.push(`${keyId} ${kind}`));
    return { devices, told, checked };
  }

  it('are registered once, and tell what is new', async () => {
    const { devices, told, checked } = made();
    const { publicKey, keyId } = await deviceKey();
    expect(await devices.register('alice', { publicKey })).toBe(keyId);
    expect(await devices.register('alice', { publicKey })).toBe(keyId);
    await devices.register('alice', { publicKey, name: 'Laptop' });
    await devices.register('alice', { publicKey, name: 'Laptop', proof: proof('one') });
    await devices.register('alice', { publicKey, proof: proof('one') });
    await devices.register('alice', { publicKey, name: 'Desk', proof: proof('two') });
    await devices.register('alice', { publicKey });
    expect(told).toEqual([`${keyId} registered`, `${keyId} renamed`, `${keyId} proven`, `${keyId} proven`]);
    expect(checked).toEqual(['one', 'two']);
    expect(await devices.list('alice', 'bob')).toEqual([
      { keyId, publicKey, name: 'Laptop', since: clock.ms, proof: proof('two') },
    ]);
  });

  it('keep what they had where a proof is refused', async () => {
    const { publicKey, keyId } = await deviceKey();
    await made().devices.register('alice', { publicKey, name: 'Laptop' });
    const devices = new Devices(store, () => Promise.reject(new RangeError('no')));
    const attempt = devices.register('alice', { publicKey, name: 'Desk', proof: proof('one') });
    await expect(attempt).rejects.toThrow(RangeError);
    expect(await devices.list('alice', 'bob')).toMatchObject([{ keyId, name: 'Laptop' }]);
    expect((await devices.list('alice', 'bob'))[0]).not.toHaveProperty('proof');
  });

  it('are named, and revoked for good, for their wallet alone', async () => {
    const { devices, told } = made();
    const { publicKey, keyId } = await deviceKey();
    await devices.register('alice', { publicKey });
    await devices.register('bob', { publicKey });
    told.length = 0;
    await devices.rename('alice', { keyId, name: 'Laptop' });
    await devices.rename('alice', { keyId, name: 'Laptop' });
    await devices.revoke('alice', keyId);
    await devices.revoke('alice', keyId);
    expect(told).toEqual([`${keyId} renamed`, `${keyId} revoked`, `${keyId} revoked`]);
    expect([devices.keysOf('alice'), devices.keysOf('bob')]).toEqual([[], [keyId]]);
    await expect(devices.register('alice', { publicKey })).rejects.toEqual(refused('device_revoked'));
    await expect(devices.rename('alice', { keyId, name: 'x' })).rejects.toEqual(refused('device_unknown'));
    for (const unknown of ['k1', '__proto__']) {
      await expect(devices.revoke('alice', unknown)).rejects.toEqual(refused('device_unknown'));
      await expect(devices.rename('alice', { keyId: unknown, name: 'x' })).rejects.toEqual(refused('device_unknown'));
    }
  });

  it('[DV8] make room by those that were not connected for 90 days, the longest ago first', async () => {
    const { devices, told } = made({ max: 3 });
    const keys = [];
    for (let index = 0; index < 3; index++) {
      const key = await deviceKey();
      keys.push(key.keyId);
      await devices.register('alice', { publicKey: key.publicKey });
      clock.ms += 1000;
    }
    const [first = '', second = '', third = ''] = keys;
    const leave = devices.connected('alice', first);
    clock.ms += LIMITS.deviceUnusedMs - 3000;
    await expect(devices.register('alice', { publicKey: devicePublicKey() })).rejects.toEqual(refused('devices_full'));
    clock.ms += 1001;
    told.length = 0;
    const fourth = await devices.register('alice', { publicKey: devicePublicKey() });
    expect(told).toEqual([`${second} unused`, `${fourth} registered`]);
    expect(devices.keysOf('alice')).toEqual([first, third, fourth]);
    leave();
    clock.ms += 1000;
    await devices.register('alice', { publicKey: devicePublicKey() });
    await expect(devices.register('alice', { publicKey: devicePublicKey() })).rejects.toEqual(refused('devices_full'));
    expect((await devices.keysOf('alice'))[0]).toBe(first);
  });

  it('are seen when they register, as long as they are connected, and until they leave', async () => {
    const { devices } = made();
    const { publicKey, keyId } = await deviceKey();
    const seen = async () => (await devices.list('alice', 'alice')).map((device) => device.seen);
    await devices.register('alice', { publicKey });
    clock.ms += 1000;
    expect(await seen()).toEqual([clock.ms - 1000]);
    const leaves = [devices.connected('alice', keyId), devices.connected('alice', keyId)];
    for (const leave of leaves) {
      clock.ms += 1000;
      expect(await seen()).toEqual([clock.ms]);
      leave();
    }
    clock.ms += 1000;
    expect(await seen()).toEqual([clock.ms - 1000]);
    expect((await devices.list('alice', 'bob'))[0]).not.toHaveProperty('seen');
    await devices.close();
    expect(await made().devices.list('alice', 'alice')).toMatchObject([
      { since: 1_700_000_000_000, seen: clock.ms - 1000 },
    ]);
  });

  it('are seen in the store a second later, also where it failed before', async () => {
    vi.useFakeTimers();
    const { devices } = made({}, { ...store, sawDevices: failOnce(store) });
    const { publicKey } = await deviceKey();
    await devices.register('alice', { publicKey });
    for (const seconds of [1, 2]) {
      clock.ms += 1000;
      await devices.register('alice', { publicKey });
      await vi.advanceTimersByTimeAsync(1000);
      expect(store.devicesOf('alice')).toMatchObject([{ seenMs: seconds === 1 ? clock.ms - 1000 : clock.ms }]);
    }
  });

  it('of another process are known within half a second, and our own at once', async () => {
    vi.useFakeTimers();
    const other = openSqliteStore(folder);
    // The cache takes an entry of the time 0 for one without an end.
    vi.advanceTimersByTime(1);
    const [here, there] = [made().devices, made({}, other).devices];
    const { publicKey, keyId } = await deviceKey();
    expect(here.keysOf('alice')).toEqual([]);
    await there.register('alice', { publicKey });
    expect([here.keysOf('alice'), there.keysOf('alice')]).toEqual([[], [keyId]]);
    vi.advanceTimersByTime(501);
    expect(here.keysOf('alice')).toEqual([keyId]);
    await there.revoke('alice', keyId);
    await expect(here.register('alice', { publicKey })).rejects.toEqual(refused('device_revoked'));
    vi.advanceTimersByTime(501);
    expect(here.keysOf('alice')).toEqual([]);
    other.close();
  });
});

/** Throws the first time, as a full disk does. */
function failOnce(store: Store): Store['sawDevices'] {
  let isFirst = true;
  return (seen) => {
    if (!isFirst) return store.sawDevices(seen);
    isFirst = false;
    throw new Error('database or disk is full');
  };
}
