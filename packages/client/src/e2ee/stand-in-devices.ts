import { type DeviceKey, makeDeviceKey } from './device-key.ts';
import type { Recipient } from './envelope.ts';

/** For tests: devices, and a look-up of their keys that trusts all of them. */
export async function devices<N extends string>(
  ...names: readonly N[]
): Promise<Record<N, DeviceKey> & { trust(keyId: string): Promise<Uint8Array<ArrayBuffer> | undefined> }> {
  const made = await Promise.all(names.map(async (name) => [name, await makeDeviceKey()] as const));
  const keys = new Map(made.map(([, key]) => [key.keyId, key.publicKey]));
  const trust = async (keyId: string) => keys.get(keyId);
  return { ...(Object.fromEntries(made) as Record<N, DeviceKey>), trust };
}

/** A device as others see it. */
export const recipient = ({ keyId, publicKey }: DeviceKey): Recipient => ({ keyId, publicKey });

/** Every way to damage bytes that a property test needs: one bit, a shorter end, a longer end. */
export function damaged(bytes: Uint8Array, at: number, how: 'flip' | 'cut' | 'extend'): Uint8Array<ArrayBuffer> {
  const index = at % bytes.byteLength;
  if (how === 'cut') return Uint8Array.from(bytes.subarray(0, index));
  if (how === 'extend') return Uint8Array.from([...bytes, ...new Uint8Array((at % 5) + 1)]);
  const copy = Uint8Array.from(bytes);
  copy[index] = (copy[index] ?? 0) ^ (1 << (at % 8));
  return copy;
}
