import { expect, it } from 'vitest';
import type { Maybe } from '../maybe.ts';
import { onStores } from './contract-runner.ts';
import type { KnownDevices, Store, StoredDevice } from './port.ts';

/** What the contract needs of a store. */
export type DeviceStore = Pick<Store, 'devicesOf' | 'deviceKeysOf' | 'changeDevices' | 'sawDevices' | 'close'>;

const PROOF = { message: 'rtc.example.com wants you to …\n', signature: `0x${'1b'.repeat(65)}` };

/** A device as it was registered. */
const device = (keyId: string, sinceMs: number, more: Partial<StoredDevice> = {}): StoredDevice => {
  return { keyId, publicKey: `key of ${keyId}`, name: '', sinceMs, seenMs: sinceMs, ...more };
};

/**
 * What every store does with devices. Call it inside `describe`.
 *
 * @param open opens the store of the running test; called again it opens the same data, also while the first is still open.
 *   The data is empty at the start of each test.
 */
export function devicesContract(open: () => Maybe<DeviceStore>): void {
  const on = onStores(open);

  const add = async (store: DeviceStore, wallet: string, added: StoredDevice) =>
    store.changeDevices(wallet, added.keyId, ({ devices, revokedMs }) => ({ devices: [...devices, added], revokedMs }));
  const revoke = async (store: DeviceStore, wallet: string, keyId: string, revokedMs: number) =>
    store.changeDevices(wallet, keyId, ({ devices }) => ({
      devices: devices.filter((other) => other.keyId !== keyId),
      revokedMs,
    }));
  const revokedMsOf = async (store: DeviceStore, wallet: string, keyId: string) =>
    (await store.changeDevices(wallet, keyId, (known) => known)).before.revokedMs;

  it(
    'knows no devices of a wallet that registered none',
    on(async (store) => {
      expect([await store.devicesOf('alice'), await store.deviceKeysOf('alice')]).toEqual([[], []]);
      expect(await revokedMsOf(store, 'alice', 'k1')).toBeUndefined();
    }),
  );

  it(
    'keeps devices as they are, the oldest first, and those of one wallet apart from those of another',
    on(async (store) => {
      const [old, young] = [device('k2', 1000, { proof: PROOF }), device('k1', 1001, { name: 'Téléphone 📱' })];
      const same = device('k0', 1001);
      for (const each of [young, old, same]) await add(store, 'alice', each);
      await add(store, 'bob', device('k2', 5));
      expect(await store.devicesOf('alice')).toEqual([old, same, young]);
      expect(await store.deviceKeysOf('alice')).toEqual(['k2', 'k0', 'k1']);
      expect(await store.devicesOf('bob')).toEqual([device('k2', 5)]);
    }),
  );

  it(
    'says what it was before and after, and changes and removes what it is told to',
    on(async (store) => {
      await add(store, 'alice', device('k1', 1000));
      await add(store, 'alice', device('k2', 1001));
      const named = device('k2', 1001, { name: 'Laptop', seenMs: 2000, proof: PROOF });
      const change = async (devices: StoredDevice[]) =>
        store.changeDevices('alice', 'k2', () => ({ devices, revokedMs: undefined }));
      const { before, after } = await change([named]);
      expect(before).toEqual({ devices: [device('k1', 1000), device('k2', 1001)], revokedMs: undefined });
      expect([after.devices, await store.devicesOf('alice')]).toEqual([[named], [named]]);
      const unproven = device('k2', 1001, { name: 'Laptop' });
      await change([unproven]);
      expect(await store.devicesOf('alice')).toEqual([unproven]);
    }),
  );

  it(
    'remembers a key that was revoked, and nothing else of its device',
    on(async (store, another) => {
      await add(store, 'alice', device('k1', 1000, { name: 'Laptop', proof: PROOF }));
      await add(store, 'alice', device('k2', 1001));
      await add(store, 'bob', device('k1', 1002));
      await revoke(store, 'alice', 'k1', 3000);
      for (const each of [store, await another()]) {
        expect(await each.deviceKeysOf('alice')).toEqual(['k2']);
        expect(await revokedMsOf(each, 'alice', 'k1')).toBe(3000);
        expect(await revokedMsOf(each, 'bob', 'k1')).toBeUndefined();
        expect(await revokedMsOf(each, 'alice', 'k2')).toBeUndefined();
      }
      const left = await store.changeDevices('alice', 'k2', ({ revokedMs }) => ({ devices: [], revokedMs }));
      expect(left.after.devices).toEqual([]);
      expect([await store.deviceKeysOf('alice'), await revokedMsOf(store, 'alice', 'k1')]).toEqual([[], 3000]);
    }),
  );

  it(
    'forgets a device that leaves without being revoked',
    on(async (store) => {
      await add(store, 'alice', device('k1', 1000));
      await store.changeDevices('alice', 'k9', ({ revokedMs }) => ({ devices: [], revokedMs }));
      expect(await revokedMsOf(store, 'alice', 'k1')).toBeUndefined();
      await add(store, 'alice', device('k1', 2000));
      expect(await store.devicesOf('alice')).toEqual([device('k1', 2000)]);
    }),
  );

  it(
    'changes nothing where the change throws, and goes on working',
    on(async (store) => {
      const refused = async () =>
        store.changeDevices('alice', 'k1', (): KnownDevices => {
          throw new RangeError('no');
        });
      await expect(refused()).rejects.toThrow(RangeError);
      await add(store, 'alice', device('k1', 1000));
      await expect(refused()).rejects.toThrow(RangeError);
      expect(await store.deviceKeysOf('alice')).toEqual(['k1']);
    }),
  );

  it(
    'is read and changed by others that have it open, and remembers across a restart',
    on(async (store, another) => {
      const other = await another();
      await add(store, 'alice', device('k1', 1_700_000_000_000));
      await add(other, 'alice', device('k2', 1_700_000_000_123));
      for (const each of [store, other, await another()])
        expect(await each.deviceKeysOf('alice')).toEqual(['k1', 'k2']);
    }),
  );

  it(
    'keeps when devices were seen last, never earlier than before, and not of those that are gone',
    on(async (store) => {
      await add(store, 'alice', device('k1', 1000));
      await add(store, 'alice', device('k2', 1001));
      await add(store, 'alice', device('k3', 1002));
      await revoke(store, 'alice', 'k3', 1500);
      await store.sawDevices([]);
      await store.sawDevices([
        { wallet: 'alice', keyId: 'k1', seenMs: 2000 },
        { wallet: 'alice', keyId: 'k2', seenMs: 500 },
        { wallet: 'alice', keyId: 'k3', seenMs: 2000 },
        { wallet: 'carol', keyId: 'k1', seenMs: 2000 },
      ]);
      await store.sawDevices([{ wallet: 'alice', keyId: 'k1', seenMs: 1500 }]);
      expect(await store.devicesOf('alice')).toEqual([device('k1', 1000, { seenMs: 2000 }), device('k2', 1001)]);
      expect(await store.devicesOf('carol')).toEqual([]);
      expect(await revokedMsOf(store, 'alice', 'k3')).toBe(1500);
    }),
  );

  it(
    'goes by what was seen when a device is changed, and forgets it with the device',
    on(async (store) => {
      await add(store, 'alice', device('k1', 1000));
      await store.sawDevices([{ wallet: 'alice', keyId: 'k1', seenMs: 3000 }]);
      const rename = ({ devices, revokedMs }: KnownDevices) => {
        return { devices: devices.map((known) => ({ ...known, name: 'Laptop' })), revokedMs };
      };
      await store.changeDevices('alice', 'k1', rename);
      expect(await store.devicesOf('alice')).toEqual([device('k1', 1000, { name: 'Laptop', seenMs: 3000 })]);
      await store.changeDevices('alice', 'k1', ({ revokedMs }) => ({ devices: [], revokedMs }));
      await add(store, 'alice', device('k1', 2000));
      expect(await store.devicesOf('alice')).toEqual([device('k1', 2000)]);
    }),
  );
}
