import type { DeviceProof } from '@anypath/protocol';
import type { DurableStore } from '../durable/durable-store.ts';
import { type DeviceKey, makeDeviceKey } from './device-key.ts';

/** What this device is for one wallet: its key, and where there is one, the wallet's proof that the key is its own. */
export interface Identity {
  readonly key: DeviceKey;
  readonly proof?: DeviceProof;
}

const keyName = (wallet: string): string => `key:${wallet}`;

/**
 * The identity of this device for a wallet; made where there is none. All tabs of a browser get the same.
 *
 * @throws AnypathError `crypto_unsupported` where the platform has no X25519
 */
export async function identityOf(store: DurableStore, wallet: string): Promise<Identity> {
  const name = keyName(wallet);
  const known = await store.update([name], ([value]) => ({ writes: [], result: value as Identity | undefined }));
  if (known) return known;
  const made: Identity = { key: await makeDeviceKey() };
  // Another tab may have been first.
  return store.update([name], ([value]) => {
    const first = value as Identity | undefined;
    return { writes: first ? [] : [[name, made]], result: first ?? made };
  });
}

/** Keeps the wallet's proof for the key that it names. */
export function keepProof(store: DurableStore, wallet: string, keyId: string, proof: DeviceProof): Promise<void> {
  const name = keyName(wallet);
  return store.update([name], ([value]) => {
    const known = value as Identity | undefined;
    return { writes: known?.key.keyId === keyId ? [[name, { ...known, proof }]] : [], result: undefined };
  });
}

/** Forgets the identity of a device that was revoked, unless another tab has a new one already. The next connection makes one. */
export function forgetIdentity(store: DurableStore, wallet: string, keyId: string): Promise<void> {
  const name = keyName(wallet);
  return store.update([name], ([value]) => {
    const known = value as Identity | undefined;
    return { writes: known?.key.keyId === keyId ? [[name, undefined]] : [], result: undefined };
  });
}
