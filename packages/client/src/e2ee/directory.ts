import {
  AnypathError,
  type Device,
  type DeviceList,
  type DeviceProof,
  fromBase64Url,
  keyIdOf,
} from '@anypath/protocol';
import { Events } from '../emitter.ts';
import type { Recipient } from './envelope.ts';
import { safetyNumber } from './safety-number.ts';

/** Names that a wallet's list is asked for again because they are not in it, until the list changes. */
const UNKNOWN_MAX = 8;

/**
 * A wallet that has no devices is asked for them again after this time, milliseconds: a server that ends between the registration of the first
 * one and telling of it leaves nobody who does.
 */
const NONE_MS = 1_000;

/** A device that messages are sealed for and accepted from. */
export interface TrustedKey extends Recipient {
  /** `wallet`: the wallet has signed the key. `first-use`: the server said so, when nothing else was known. */
  readonly verified: 'wallet' | 'first-use';
}

/** What is remembered of a wallet. */
export interface Pinned {
  /** Whether it ever had a key that it signed: none without its signature is accepted from then on. */
  readonly proven: boolean;
  readonly keys: readonly { readonly keyId: string; readonly verified: TrustedKey['verified'] }[];
}

/** The devices of a wallet are not those that they were. */
export interface DevicesChanged {
  readonly wallet: string;
  readonly added: readonly TrustedKey[];
  /** The keyIds of those that are gone: nothing is sealed for them, or accepted from them, any more. */
  readonly removed: readonly string[];
  /** The number that holds now, 60 digits in groups of 5. */
  readonly safetyNumber: string;
}

/** A key of the server's list that is not used. */
export interface KeyRefused {
  readonly wallet: string;
  readonly keyId: string;
  /**
   * `digest`: the keyId is not that of the key. `proof`: the wallet's signature is not right. `unproven`: it has none, although the
   * wallet signs its keys.
   */
  readonly reason: 'digest' | 'proof' | 'unproven';
}

/** What a directory tells. */
export interface DirectoryEvents {
  changed(change: DevicesChanged): void;
  refused(refusal: KeyRefused): void;
}

/** What a directory needs. */
export interface DirectoryParts {
  /** The own wallet. */
  readonly self: string;
  /** Asks the server for the devices of a wallet. */
  fetch(wallet: string): Promise<DeviceList>;
  /** Whether a proof binds a public key (base64url) to a wallet. */
  isProof(wallet: string, publicKey: string, proof: DeviceProof): Promise<boolean>;
  /** The memory that outlives the page. */
  readonly pins: {
    load(wallet: string): Promise<Pinned | undefined>;
    save(wallet: string, pinned: Pinned): Promise<void>;
  };
}

interface Known {
  readonly keys: Promise<ReadonlyMap<string, TrustedKey>>;
  /** Names that were asked for in vain. */
  readonly unknown: Set<string>;
}

/**
 * Which keys of a wallet are trusted. The server names them, and this decides: a key that the wallet has signed is trusted; others are
 * on first use, and for as long as the wallet has not signed any. The first list of a wallet is told to nobody, every change to it is.
 */
export class Directory extends Events<DirectoryEvents> {
  readonly #parts: DirectoryParts;
  readonly #known = new Map<string, Known>();
  readonly #turns = new Map<string, Promise<unknown>>();
  /** When it was heard of a wallet that it has no devices, `performance.now()`. */
  readonly #noneAtMs = new Map<string, number>();

  constructor(parts: DirectoryParts) {
    super();
    this.#parts = parts;
  }

  /**
   * The trusted devices of a wallet. Asks the server where it was not asked since `forget`, or knew of none a second ago.
   *
   * @throws as `fetch` does
   */
  async keysOf(wallet: string): Promise<readonly TrustedKey[]> {
    return [...(await this.#ask(wallet).keys).values()];
  }

  /**
   * The key of a trusted device. One that is not known is asked for once more, as it may be new.
   *
   * @returns 32 bytes; `undefined` where no device of that name is trusted
   * @throws as `fetch` does
   */
  async publicKeyOf(wallet: string, keyId: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const known = this.#ask(wallet);
    const key = (await known.keys).get(keyId);
    if (key || known.unknown.has(keyId) || known.unknown.size >= UNKNOWN_MAX) return key?.publicKey;
    // Whoever asked in the meantime has asked for all.
    if (this.#known.get(wallet) === known) this.#known.delete(wallet);
    const again = this.#ask(wallet, new Set([...known.unknown, keyId]));
    const found = (await again.keys).get(keyId);
    if (!found) again.unknown.add(keyId);
    return found?.publicKey;
  }

  /** The number for two people to compare: of the own wallet and another, 60 digits in groups of 5. */
  async safetyNumber(wallet: string): Promise<string> {
    return this.#numberWith(wallet, await this.keysOf(wallet));
  }

  /** The devices of a wallet have changed, the server says: they are asked for when they are needed next. What is pinned stays. */
  forget(wallet: string): void {
    this.#known.delete(wallet);
  }

  #ask(wallet: string, unknown = new Set<string>()): Known {
    const known = this.#known.get(wallet);
    const noneAtMs = this.#noneAtMs.get(wallet);
    const isDue = noneAtMs !== undefined && performance.now() - noneAtMs >= NONE_MS;
    if (known && !isDue) return known;
    this.#noneAtMs.delete(wallet);
    // One after the other, so that what is pinned comes from the last answer.
    const keys = (this.#turns.get(wallet) ?? Promise.resolve()).then(() => this.#refresh(wallet));
    const asked: Known = { keys, unknown };
    const settled = keys.then(
      () => undefined,
      () => {
        if (this.#known.get(wallet) === asked) this.#known.delete(wallet);
      },
    );
    this.#turns.set(wallet, settled);
    this.#known.set(wallet, asked);
    return asked;
  }

  async #refresh(wallet: string): Promise<ReadonlyMap<string, TrustedKey>> {
    const { fetch, pins } = this.#parts;
    const list = await fetch(wallet);
    if (list.wallet !== wallet)
      throw new AnypathError('internal', 'the server answered with the devices of another wallet');
    if (list.devices.length === 0) this.#noneAtMs.set(wallet, performance.now());
    const before = await pins.load(wallet);
    const checked = (await Promise.all(list.devices.map((device) => this.#check(wallet, device, before)))).filter(
      (key) => key !== undefined,
    );
    const proven = before?.proven === true || checked.some(({ verified }) => verified === 'wallet');
    const keys = new Map<string, TrustedKey>();
    for (const key of checked) {
      if (proven && key.verified !== 'wallet') this.emit('refused', { wallet, keyId: key.keyId, reason: 'unproven' });
      else keys.set(key.keyId, key);
    }
    const change = before && (await this.#changeOf(wallet, before, keys));
    // A wallet that had no device yet is still to be used for the first time.
    if (before || keys.size > 0) {
      const pinned = [...keys.values()].map(({ keyId, verified }) => ({ keyId, verified }));
      await pins.save(wallet, { proven, keys: pinned });
    }
    if (change) this.emit('changed', change);
    return keys;
  }

  async #check(wallet: string, device: Device, before: Pinned | undefined): Promise<TrustedKey | undefined> {
    const { keyId, publicKey: text, proof } = device;
    const publicKey = fromBase64Url(text);
    if ((await keyIdOf(publicKey)) !== keyId) {
      this.emit('refused', { wallet, keyId, reason: 'digest' });
      return undefined;
    }
    // What was proven once needs no proof again: the name is that of the same key.
    const isProven = before?.keys.some((pinned) => pinned.keyId === keyId && pinned.verified === 'wallet');
    if (isProven) return { keyId, publicKey, verified: 'wallet' };
    if (proof === undefined) return { keyId, publicKey, verified: 'first-use' };
    if (await this.#parts.isProof(wallet, text, proof)) return { keyId, publicKey, verified: 'wallet' };
    this.emit('refused', { wallet, keyId, reason: 'proof' });
    return undefined;
  }

  async #changeOf(
    wallet: string,
    before: Pinned,
    keys: ReadonlyMap<string, TrustedKey>,
  ): Promise<DevicesChanged | undefined> {
    const known = new Set(before.keys.map(({ keyId }) => keyId));
    const added = [...keys.values()].filter(({ keyId }) => !known.has(keyId));
    const removed = [...known].filter((keyId) => !keys.has(keyId));
    if (added.length === 0 && removed.length === 0) return undefined;
    return { wallet, added, removed, safetyNumber: await this.#numberWith(wallet, [...keys.values()]) };
  }

  async #numberWith(wallet: string, keys: readonly TrustedKey[]): Promise<string> {
    const { self } = this.#parts;
    const own = wallet === self ? keys : await this.keysOf(self);
    const keyIds = (list: readonly TrustedKey[]) => list.map(({ keyId }) => keyId);
    return safetyNumber({ wallet: self, keyIds: keyIds(own) }, { wallet, keyIds: keyIds(keys) });
  }
}
