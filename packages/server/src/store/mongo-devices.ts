import { randomUUID } from 'node:crypto';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import * as v from 'valibot';
import { KeyedQueue } from './keyed-queue.ts';
import { isDuplicate, type MongoConnection } from './mongo-connection.ts';
import type { DevicesChange, KnownDevices, SeenDevice, Store, StoredDevice } from './port.ts';
import { untilUncontested } from './uncontested.ts';

const KeptDevice = v.object({
  keyId: v.string(),
  publicKey: v.string(),
  name: v.string(),
  sinceMs: v.number(),
  seenMs: v.number(),
  proof: v.exactOptional(v.object({ message: v.string(), signature: v.string() })),
});

/** What is kept of a wallet. */
export const KeptWallet = v.object({
  /** The wallet. */
  _id: v.string(),
  /** The oldest first, those of the same age by `keyId`. */
  devices: v.array(KeptDevice),
  /** A revoked key stays for good, and nothing else of its device. */
  revoked: v.array(v.object({ keyId: v.string(), atMs: v.number() })),
  /** Names this state of the document: a change counts where it still has it. */
  revision: v.string(),
});
export type KeptWallet = v.InferOutput<typeof KeptWallet>;

/**
 * When the devices of a wallet were connected last, by `keyId`, as far as that is later than their document says. Apart from it, because
 * it is written all the time, and has nothing to do with what the wallet changes.
 */
const Sightings = v.object({ _id: v.string(), seen: v.record(v.string(), v.number()) });
type Sightings = v.InferOutput<typeof Sightings>;

/** Wallets that are written or looked up at a time. */
const SLICE = 500;

type DeviceStore = Pick<Store, 'devicesOf' | 'deviceKeysOf' | 'changeDevices' | 'sawDevices'>;

/** The devices in MongoDB: a document for each wallet. */
export function devicesIn(connection: MongoConnection): DeviceStore {
  const wallets = connection.db.collection<KeptWallet>('devices');
  const sightings = connection.db.collection<Sightings>('sightings');
  const changes = new KeyedQueue();

  async function read(wallet: string): Promise<KeptWallet | undefined> {
    const found = await wallets.findOne({ _id: wallet });
    return found ? v.parse(KeptWallet, found) : undefined;
  }

  async function seenOf(wallet: string): Promise<Sightings['seen']> {
    const found = await sightings.findOne({ _id: wallet });
    return found ? v.parse(Sightings, found).seen : {};
  }

  async function changeOnce(
    wallet: string,
    keyId: string,
    change: (known: KnownDevices) => KnownDevices,
  ): Promise<DevicesChange | undefined> {
    const [kept, seen] = await connection.run(() => Promise.all([read(wallet), seenOf(wallet)]));
    const before: KnownDevices = {
      devices: withSightings(kept?.devices ?? [], seen),
      revokedMs: kept?.revoked.find((revoked) => revoked.keyId === keyId)?.atMs,
    };
    const after = change(before);
    if (after === before) return { before, after };
    const next = documentOf(wallet, keyId, kept, after);
    const isWritten = await connection.run(() => write(wallets, kept, next));
    if (!isWritten) return undefined;
    const left = before.devices.filter((device) => next.devices.every((other) => other.keyId !== device.keyId));
    if (left.length > 0) await connection.run(() => forgetSightings(sightings, wallet, left));
    return { before, after };
  }

  return {
    devicesOf: (wallet) =>
      connection.run(async () => {
        const [kept, seen] = await Promise.all([read(wallet), seenOf(wallet)]);
        return withSightings(kept?.devices ?? [], seen);
      }),
    deviceKeysOf: (wallet) => connection.run(async () => (await read(wallet))?.devices.map(({ keyId }) => keyId) ?? []),
    changeDevices: (wallet, keyId, change) =>
      changes.run(wallet, () => untilUncontested(() => changeOnce(wallet, keyId, change))),
    sawDevices: (seen) =>
      connection.run(async () => {
        const byWallet = new Map<string, SeenDevice[]>();
        for (const each of seen) byWallet.set(each.wallet, [...(byWallet.get(each.wallet) ?? []), each]);
        const names = [...byWallet.keys()];
        for (let start = 0; start < names.length; start += SLICE) {
          const found = await wallets.find({ _id: { $in: names.slice(start, start + SLICE) } }).toArray();
          const writes = found.flatMap((kept) => sightingOf(v.parse(KeptWallet, kept), byWallet.get(kept._id) ?? []));
          if (writes.length > 0) await sightings.bulkWrite(writes, { ordered: false });
        }
      }),
  };
}

/** What there is of a wallet from now on. */
function documentOf(
  wallet: string,
  keyId: string,
  kept: KeptWallet | undefined,
  { devices, revokedMs }: KnownDevices,
): KeptWallet {
  const revoked = kept?.revoked ?? [];
  const isNew = revokedMs !== undefined && revoked.every((other) => other.keyId !== keyId);
  const all = isNew ? [...revoked, { keyId, atMs: revokedMs }] : revoked;
  const gone = new Set(all.map((each) => each.keyId));
  const inUse = devices.filter((device) => !gone.has(device.keyId));
  return keptWallet(wallet, inUse, all);
}

/** What is to be kept of a wallet. */
export const keptWallet = (
  wallet: string,
  devices: readonly StoredDevice[],
  revoked: KeptWallet['revoked'],
): KeptWallet => ({
  _id: wallet,
  devices: devices.map(plain).sort((a, b) => a.sinceMs - b.sinceMs || (a.keyId < b.keyId ? -1 : 1)),
  revoked,
  revision: randomUUID(),
});

const plain = ({ keyId, publicKey, name, sinceMs, seenMs, proof }: StoredDevice): KeptWallet['devices'][number] => ({
  keyId,
  publicKey,
  name,
  sinceMs,
  seenMs,
  ...(proof ? { proof: { message: proof.message, signature: proof.signature } } : {}),
});

const withSightings = (devices: KeptWallet['devices'], seen: Sightings['seen']): StoredDevice[] =>
  devices.map((device) => {
    const sightingMs = Object.hasOwn(seen, device.keyId) ? (seen[device.keyId] ?? 0) : 0;
    return sightingMs > device.seenMs ? { ...device, seenMs: sightingMs } : device;
  });

/** @returns whether it was written: nobody has changed the document since it was read */
async function write(
  wallets: Collection<KeptWallet>,
  kept: KeptWallet | undefined,
  next: KeptWallet,
): Promise<boolean> {
  if (kept) {
    return (await wallets.replaceOne({ _id: kept._id, revision: kept.revision }, next)).matchedCount === 1;
  }
  try {
    await wallets.insertOne(next);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** What is to be written of the devices of a wallet that were seen: those that it has, and only what is later than what is known. */
function sightingOf(kept: KeptWallet, seen: readonly SeenDevice[]): AnyBulkWriteOperation<Sightings>[] {
  const known = new Set(kept.devices.map(({ keyId }) => keyId));
  const latest = new Map<string, number>();
  for (const { keyId, seenMs } of seen) {
    if (known.has(keyId)) latest.set(`seen.${keyId}`, Math.max(seenMs, latest.get(`seen.${keyId}`) ?? 0));
  }
  if (latest.size === 0) return [];
  return [{ updateOne: { filter: { _id: kept._id }, update: { $max: Object.fromEntries(latest) }, upsert: true } }];
}

/** When a device that is gone was there is nobody's business. */
async function forgetSightings(
  sightings: Collection<Sightings>,
  wallet: string,
  gone: readonly StoredDevice[],
): Promise<void> {
  const fields = Object.fromEntries(gone.map(({ keyId }) => [`seen.${keyId}`, '' as const]));
  await sightings.updateOne({ _id: wallet }, { $unset: fields });
}
