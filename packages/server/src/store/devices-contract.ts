import { expect, it } from 'vitest';
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
export function devicesContract(open: () => DeviceStore): void {
  const on = onStores(open);

  const add = (store: DeviceStore, wallet: string, added: StoredDevice) =>
    store.changeDevices(wallet, added.keyId, ({ devices, revokedMs }) => ({ devices: [...devices, added], revokedMs }));
  const revoke = (store: DeviceStore, wallet: string, keyId: string, revokedMs: number) =>
    store.changeDevices(wallet, keyId, ({ devices }) => ({
      devices: devices.filter((other) => other.keyId !== keyId),
      revokedMs,
    }));
  const revokedMsOf = (store: DeviceStore, wallet: string, keyId: string) =>
    store.changeDevices(wallet, keyId, (known) => known).before.revokedMs;

  it(
    'knows no devices of a wallet that registered none',
    on((store) => {
      expect([store.devicesOf('alice'), store.deviceKeysOf('alice')]).toEqual([[], []]);
      expect(revokedMsOf(store, 'alice', 'k1')).toBeUndefined();
    }),
  );

  it(
    'keeps devices as they are, the oldest first, and those of one wallet apart from those of another',
    on((store) => {
      const [old, young] = [device('k2', 1000, { proof: PROOF }), device('k1', 1001, { name: 'Téléphone 📱' })];
      const same = device('k0', 1001);
      for (const each of [young, old, same]) add(store, 'alice', each);
      add(store, 'bob', device('k2', 5));
      expect(store.devicesOf('alice')).toEqual([old, same, young]);
      expect(store.deviceKeysOf('alice')).toEqual(['k2', 'k0', 'k1']);
      expect(store.devicesOf('bob')).toEqual([device('k2', 5)]);
    }),
  );

  it(
    'says what it was before and after, and changes and removes what it is told to',
    on((store) => {
      add(store, 'alice', device('k1', 1000));
      add(store, 'alice', device('k2', 1001));
      const named = device('k2', 1001, { name: 'Laptop', seenMs: 2000, proof: PROOF });
      const { before, after } = store.changeDevices('alice', 'k2', () => ({ devices: [named], revokedMs: undefined }));
      expect(before).toEqual({ devices: [device('k1', 1000), device('k2', 1001)], revokedMs: undefined });
      expect([after.devices, store.devicesOf('alice')]).toEqual([[named], [named]]);
      const unproven = device('k2', 1001, { name: 'Laptop' });
      store.changeDevices('alice', 'k2', () => ({ devices: [unproven], revokedMs: undefined }));
      expect(store.devicesOf('alice')).toEqual([unproven]);
    }),
  );

  it(
    'remembers a key that was revoked, and nothing else of its device',
    on((store, another) => {
      add(store, 'alice', device('k1', 1000, { name: 'Laptop', proof: PROOF }));
      add(store, 'alice', device('k2', 1001));
      add(store, 'bob', device('k1', 1002));
      revoke(store, 'alice', 'k1', 3000);
      for (const each of [store, another()]) {
        expect(each.deviceKeysOf('alice')).toEqual(['k2']);
        expect([revokedMsOf(each, 'alice', 'k1'), revokedMsOf(each, 'bob', 'k1')]).toEqual([3000, undefined]);
        expect(revokedMsOf(each, 'alice', 'k2')).toBeUndefined();
      }
      const left = store.changeDevices('alice', 'k2', ({ revokedMs }) => ({ devices: [], revokedMs }));
      expect(left.after.devices).toEqual([]);
      expect([store.deviceKeysOf('alice'), revokedMsOf(store, 'alice', 'k1')]).toEqual([[], 3000]);
    }),
  );

  it(
    'forgets a device that leaves without being revoked',
    on((store) => {
      add(store, 'alice', device('k1', 1000));
      store.changeDevices('alice', 'k9', ({ revokedMs }) => ({ devices: [], revokedMs }));
      expect(revokedMsOf(store, 'alice', 'k1')).toBeUndefined();
      add(store, 'alice', device('k1', 2000));
      expect(store.devicesOf('alice')).toEqual([device('k1', 2000)]);
    }),
  );

  it(
    'changes nothing where the change throws, and goes on working',
    on((store) => {
      const refuse = (): KnownDevices => {
        throw new RangeError('no');
      };
      expect(() => store.changeDevices('alice', 'k1', refuse)).toThrow(RangeError);
      add(store, 'alice', device('k1', 1000));
      expect(() => store.changeDevices('alice', 'k1', refuse)).toThrow(RangeError);
      expect(store.deviceKeysOf('alice')).toEqual(['k1']);
    }),
  );

  it(
    'is read and changed by others that have it open, and remembers across a restart',
    on((store, another) => {
      const other = another();
      add(store, 'alice', device('k1', 1_700_000_000_000));
      add(other, 'alice', device('k2', 1_700_000_000_123));
      for (const each of [store, other, another()]) expect(each.deviceKeysOf('alice')).toEqual(['k1', 'k2']);
    }),
  );

  it(
    'keeps when devices were seen last, never earlier than before, and not of those that are gone',
    on((store) => {
      add(store, 'alice', device('k1', 1000));
      add(store, 'alice', device('k2', 1001));
      add(store, 'alice', device('k3', 1002));
      revoke(store, 'alice', 'k3', 1500);
      store.sawDevices([]);
      store.sawDevices([
        { wallet: 'alice', keyId: 'k1', seenMs: 2000 },
        { wallet: 'alice', keyId: 'k2', seenMs: 500 },
        { wallet: 'alice', keyId: 'k3', seenMs: 2000 },
        { wallet: 'carol', keyId: 'k1', seenMs: 2000 },
      ]);
      expect(store.devicesOf('alice')).toEqual([device('k1', 1000, { seenMs: 2000 }), device('k2', 1001)]);
      expect(store.devicesOf('carol')).toEqual([]);
      expect(revokedMsOf(store, 'alice', 'k3')).toBe(1500);
    }),
  );
}
