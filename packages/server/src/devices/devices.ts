import {
  AnypathError,
  type Device,
  type DeviceProof,
  type DeviceRegistration,
  type DeviceRename,
  keyIdOf,
  LIMITS,
} from '@anypath/protocol';
import { Believed } from '../believed.ts';
import type { Maybe } from '../maybe.ts';
import type { KnownDevices, Store, StoredDevice } from '../store/port.ts';
import type { ProofCheck } from './proof.ts';
import { readPublicKey } from './public-key.ts';
import { Sightings } from './sightings.ts';

/** How long the keys of a wallet are believed. */
const BELIEVED_MS = 500;

/** Wallets whose keys are remembered; those beyond are read from the store each time. */
const REMEMBERED_WALLETS = 32_768;

/** Something about the devices of a wallet is different now. */
export interface DeviceChange {
  readonly wallet: string;
  readonly keyId: string;
  readonly kind: 'registered' | 'proven' | 'renamed' | 'revoked';
}

/** A device that is none any more: nothing is sealed for it or kept for it. */
export interface RemovedDevice {
  readonly wallet: string;
  readonly keyId: string;
  /** `unused`: it made room for another one, and may come back as a new device. */
  readonly because: 'revoked' | 'unused';
}

/** What may differ from how the server runs. */
export interface DevicesOptions {
  /** Devices that a wallet may have. */
  readonly max?: number;
  /** The clock, Unix time in milliseconds. */
  readonly nowMs?: () => number;
}

type DevicesStore = Pick<Store, 'version' | 'devicesOf' | 'deviceKeysOf' | 'changeDevices' | 'sawDevices'>;

/** The devices of wallets: what messages are sealed for. */
export class Devices {
  readonly #store: DevicesStore;
  readonly #checkProof: ProofCheck;
  readonly #max: number;
  readonly #nowMs: () => number;
  readonly #sightings: Sightings;
  readonly #keys: Believed<readonly string[]>;
  readonly #changeListeners = new Set<(change: DeviceChange) => void>();
  readonly #removalListeners = new Set<(removed: RemovedDevice) => void>();

  constructor(
    store: DevicesStore,
    checkProof: ProofCheck,
    { max = LIMITS.devicesMax, nowMs = Date.now }: DevicesOptions = {},
  ) {
    this.#store = store;
    this.#keys = new Believed(REMEMBERED_WALLETS, BELIEVED_MS, store.version);
    this.#checkProof = checkProof;
    this.#max = max;
    this.#nowMs = nowMs;
    this.#sightings = new Sightings(store, nowMs);
  }

  /** The `keyId`s of a wallet's devices, the oldest first. Cheap enough for every message of the mailbox. */
  keysOf(wallet: string): Maybe<readonly string[]> {
    return this.#keys.of(wallet, () => this.#store.deviceKeysOf(wallet));
  }

  /** Another node has changed the devices of a wallet. */
  changedElsewhere(wallet: string): void {
    this.#keys.forget(wallet);
  }

  /**
   * The devices of a wallet, the oldest first.
   *
   * @param forWallet who asks: the wallet itself alone is told when they were connected last
   */
  async list(wallet: string, forWallet: string): Promise<Device[]> {
    const devices = await this.#store.devicesOf(wallet);
    return devices.map((device) => {
      const { keyId, publicKey, name, sinceMs, proof } = device;
      const seen = wallet === forWallet ? { seen: this.#seenMs(wallet, device) } : {};
      return { keyId, publicKey, name, since: sinceMs, ...seen, ...(proof ? { proof } : {}) };
    });
  }

  /**
   * Registers a device of a wallet, or takes over the name and the proof of one that there is; what is left out of these stays.
   * Where there are too many devices, the one that was connected the longest time ago leaves, if that was 90 days ago.
   *
   * @returns the name of its key
   * @throws AnypathError `invalid_payload` for a key or a proof that is none, `signature_invalid` for a proof of something else,
   *   `device_revoked`, `devices_full`
   */
  async register(wallet: string, registration: DeviceRegistration): Promise<string> {
    const { publicKey, proof } = registration;
    const keyId = await keyIdOf(await readPublicKey(publicKey));
    const known = find(await this.#store.devicesOf(wallet), keyId);
    // Nearly every registration is that of a connection that comes back, and costs no commit.
    if (!known || isNews(registration, known)) {
      if (proof && !hasProof(known, proof)) await this.#checkProof(wallet, publicKey, proof);
      await this.#put(wallet, keyId, registration);
    }
    this.#keys.forget(wallet);
    this.#sightings.saw(wallet, keyId);
    return keyId;
  }

  /** Names a device. @throws AnypathError `device_unknown` */
  async rename(wallet: string, { keyId, name }: DeviceRename): Promise<void> {
    const { before, after } = await this.#store.changeDevices(wallet, keyId, (known) => {
      const device = find(known.devices, keyId);
      if (!device) throw new AnypathError('device_unknown');
      if (device.name === name) return known;
      return { ...known, devices: known.devices.map((other) => (other === device ? { ...device, name } : other)) };
    });
    if (after !== before) this.#changed({ wallet, keyId, kind: 'renamed' });
  }

  /** Revokes a device; its key is refused from now on. Repeating it is no error. @throws AnypathError `device_unknown` */
  async revoke(wallet: string, keyId: string): Promise<void> {
    const { before, after } = await this.#store.changeDevices(wallet, keyId, (known): KnownDevices => {
      if (known.revokedMs !== undefined) return known;
      if (!find(known.devices, keyId)) throw new AnypathError('device_unknown');
      const devices = known.devices.filter((device) => device.keyId !== keyId);
      return { devices, revokedMs: this.#nowMs() };
    });
    if (after === before) return;
    this.#keys.forget(wallet);
    this.#removed({ wallet, keyId, because: 'revoked' });
    this.#changed({ wallet, keyId, kind: 'revoked' });
  }

  /** A device is connected. @returns to be called when that connection ends */
  connected(wallet: string, keyId: string): () => void {
    return this.#sightings.connected(wallet, keyId);
  }

  /** Calls a listener for each change. Changes by other processes are not told, nor that a device makes room. */
  onChange(listener: (change: DeviceChange) => void): void {
    this.#changeListeners.add(listener);
  }

  /** Calls a listener for each device that is none any more, before `onChange`: what waits for it can be dropped. */
  onRemoved(listener: (removed: RemovedDevice) => void): void {
    this.#removalListeners.add(listener);
  }

  /** Keeps what was not kept yet. Call it before the store is closed. */
  close(): Maybe<void> {
    return this.#sightings.close();
  }

  async #put(wallet: string, keyId: string, registration: DeviceRegistration): Promise<void> {
    const { publicKey, name, proof } = registration;
    const nowMs = this.#nowMs();
    const { before, after } = await this.#store.changeDevices(wallet, keyId, (known) => {
      if (known.revokedMs !== undefined) throw new AnypathError('device_revoked');
      const device = find(known.devices, keyId);
      if (device && !isNews(registration, device)) return known;
      const fresh = { keyId, publicKey, name: '', sinceMs: nowMs, seenMs: nowMs };
      const base = device ?? fresh;
      const next = { ...base, name: base.name || (name ?? ''), ...(proof ? { proof } : {}) };
      const others = device ? known.devices : this.#withRoom(wallet, known.devices, nowMs);
      return { ...known, devices: [...others.filter((other) => other !== device), next] };
    });
    if (after === before) return;
    this.#keys.forget(wallet);
    for (const { keyId: gone } of before.devices) {
      if (!find(after.devices, gone)) this.#removed({ wallet, keyId: gone, because: 'unused' });
    }
    const device = find(before.devices, keyId);
    const kind = hasProof(device, proof) ? 'renamed' : 'proven';
    this.#changed({ wallet, keyId, kind: device ? kind : 'registered' });
  }

  #seenMs(wallet: string, { keyId, seenMs }: StoredDevice): number {
    return Math.max(seenMs, this.#sightings.of(wallet, keyId));
  }

  #withRoom(wallet: string, devices: readonly StoredDevice[], nowMs: number): readonly StoredDevice[] {
    if (devices.length < this.#max) return devices;
    const age = (device: StoredDevice) => nowMs - this.#seenMs(wallet, device);
    const unused = devices.filter((device) => age(device) > LIMITS.deviceUnusedMs);
    const [longest] = unused.sort((one, other) => age(other) - age(one));
    if (!longest) throw new AnypathError('devices_full');
    return devices.filter((device) => device !== longest);
  }

  #changed(change: DeviceChange): void {
    for (const listener of this.#changeListeners) listener(change);
  }

  #removed(removed: RemovedDevice): void {
    for (const listener of this.#removalListeners) listener(removed);
  }
}

const find = (devices: readonly StoredDevice[], keyId: string): StoredDevice | undefined =>
  devices.find((device) => device.keyId === keyId);

/** Whether a device has this proof already; that is so, too, where none is given. */
const hasProof = (device: StoredDevice | undefined, proof: DeviceProof | undefined): boolean =>
  proof === undefined || (device?.proof?.message === proof.message && device.proof.signature === proof.signature);

/** Whether a registration says anything that is not known of the device. */
const isNews = ({ name, proof }: DeviceRegistration, device: StoredDevice): boolean =>
  (name !== undefined && device.name === '') || !hasProof(device, proof);
