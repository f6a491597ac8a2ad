import type { DeviceProof } from '@anypath/protocol';
import type { Pair } from '../contacts/pair.ts';
import type { Maybe } from '../maybe.ts';
import type { MailboxStore } from './mailbox-port.ts';

/** A feature that an operator has switched (SPEC S1.4). */
export interface FlagDocument {
  /** Such as `rtc.ice`. */
  readonly key: string;
  /** Whether it is on at all. */
  readonly enabled: boolean;
  /** For which share of the wallets it is on, 0 to 100. */
  readonly percent: number;
  /** Wallets for which it is on or off, whatever else holds. */
  readonly wallets: Readonly<Record<string, boolean>>;
}

/** A session that was ended before it expired. */
export interface RevokedSession {
  readonly id: string;
  /** When it would have expired, Unix time in milliseconds. */
  readonly untilMs: number;
}

/** A wallet's pair with another. */
export interface PairWith {
  readonly peer: string;
  readonly pair: Pair;
}

/** How many others a wallet sees in its contacts. */
export interface ContactCount {
  /** Those towards whom it has done something itself: asked, mutual, blocked. */
  readonly own: number;
  /** Those who ask it and wait. */
  readonly asking: number;
}

/** A change of a pair. */
export interface PairChange {
  readonly before: Pair;
  readonly after: Pair;
}

/** A device of a wallet. */
export interface StoredDevice {
  /** Names its key. */
  readonly keyId: string;
  /** 32 bytes in base64url. */
  readonly publicKey: string;
  /** Empty where nobody has named it. */
  readonly name: string;
  /** When it was registered, Unix time in milliseconds. */
  readonly sinceMs: number;
  /** When it was connected last, Unix time in milliseconds. */
  readonly seenMs: number;
  /** What binds its key to the wallet, where there is such a thing. */
  readonly proof?: DeviceProof;
}

/** The devices of a wallet, and whether one of its keys is refused. */
export interface KnownDevices {
  /** The oldest first, those of the same age by `keyId`; without those that were revoked. */
  readonly devices: readonly StoredDevice[];
  /** When the key in question was revoked, Unix time in milliseconds; `undefined` where it was not. */
  readonly revokedMs: number | undefined;
}

/** A change of the devices of a wallet. */
export interface DevicesChange {
  readonly before: KnownDevices;
  readonly after: KnownDevices;
}

/** A device that was connected. */
export interface SeenDevice {
  readonly wallet: string;
  readonly keyId: string;
  /** Unix time in milliseconds. */
  readonly seenMs: number;
}

/**
 * What must last: everything that a restart of the server may not forget. A store in this process answers at once, one elsewhere
 * with promises. All of them may reject, or throw, AnypathError `store_unavailable`: nothing has changed then, as far as anybody can tell.
 */
export interface Store {
  /** The features that somebody has switched. */
  flags(): Maybe<readonly FlagDocument[]>;
  /** Adds a flag, or puts it in the place of the one with its key. */
  setFlag(flag: FlagDocument): Maybe<void>;
  /** Forgets a flag, so that its default holds. */
  removeFlag(key: string): Maybe<void>;
  /**
   * A secret that this installation made for itself.
   *
   * @param name what it is for
   * @param make makes it the first time
   * @returns the same value ever after
   */
  secret(name: string, make: () => Uint8Array): Maybe<Uint8Array>;
  /**
   * Keeps that a session was ended, until it would have expired; forgets those that have by now.
   *
   * @param untilMs when it would have expired, Unix time in milliseconds
   */
  revokeSession(id: string, untilMs: number, nowMs: number): Maybe<void>;
  /** The sessions that were ended and would not have expired yet. */
  revokedSessions(nowMs: number): Maybe<readonly RevokedSession[]>;
  /** How two wallets stand to each other, in either order of the two. */
  contactPair(one: string, other: string): Maybe<Pair>;
  /**
   * Changes how two wallets stand to each other; nobody else can change it in between.
   *
   * @param change gives what is to hold from now on, or the pair that it was given where nothing changes. It may be called more
   *   than once, and must not use the store. What it throws is passed on, and nothing has changed then.
   */
  changeContact(one: string, other: string, change: (pair: Pair) => Pair): Maybe<PairChange>;
  /** The pairs in which a wallet sees a contact, in no particular order. */
  contactsOf(wallet: string): Maybe<readonly PairWith[]>;
  countContacts(wallet: string): Maybe<ContactCount>;
  /** The wallets that are mutual with one, in no particular order. Asked whenever a wallet comes or goes. */
  mutualContactsOf(wallet: string): Maybe<readonly string[]>;
  /** Messages that wait. */
  readonly mailbox: MailboxStore;
  /** The devices of a wallet without those that were revoked, the oldest first. */
  devicesOf(wallet: string): Maybe<readonly StoredDevice[]>;
  /** Their `keyId`s, in the same order. */
  deviceKeysOf(wallet: string): Maybe<readonly string[]>;
  /**
   * Changes the devices of a wallet; nobody else can change them in between.
   *
   * @param keyId the key in question: whether it was revoked is told and can be changed
   * @param change gives what is to hold from now on, or what it was given where nothing changes: new devices, changed ones (as new
   *   objects), and without those that leave. Where it sets `revokedMs`, the device of that key leaves, and its key is remembered
   *   for good. The rules for calling it are those of `changeContact`.
   */
  changeDevices(wallet: string, keyId: string, change: (known: KnownDevices) => KnownDevices): Maybe<DevicesChange>;
  /** Keeps when devices were connected last; those that there are not are left out, and no time goes back. */
  sawDevices(seen: readonly SeenDevice[]): Maybe<void>;
  /** Gives another number after each change by another process, messages aside; `undefined` where that is not known. */
  version(this: void): number | undefined;
  close(): Maybe<void>;
}
