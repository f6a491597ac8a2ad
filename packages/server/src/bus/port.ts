import type { Answer, Forwarded, Mail, RelayFrame, RtcTaken, SignalEvent } from '@anypath/protocol';
import type { Maybe } from '../maybe.ts';

/** One connected device. */
export interface DeviceRef {
  readonly wallet: string;
  readonly deviceId: string;
}

/** What one node hands to another for a device that is connected there. */
export type Parcel =
  | { readonly kind: 'signal'; readonly event: SignalEvent; readonly signal: Forwarded<SignalEvent> }
  | { readonly kind: 'taken'; readonly taken: RtcTaken }
  | { readonly kind: 'frame'; readonly frame: RelayFrame; readonly from: DeviceRef };

/** Why a parcel did not reach its device; `undefined` where it did. */
export type Obstacle = 'offline' | 'busy' | undefined;

/** What one node tells the others that have connections of a wallet. */
export type Notice =
  /** A message was stored. */
  | { readonly kind: 'arrival'; readonly keyIds: readonly (string | undefined)[]; readonly mail: Mail }
  /** A device, or the wallet itself, has acknowledged messages. */
  | { readonly kind: 'acknowledged'; readonly keyId: string | undefined; readonly positions: readonly number[] }
  /** Messages may have been stored that nobody could be told of. */
  | { readonly kind: 'missed' };

/** What a node hears from the others. On a bus of a single process nothing ever comes. */
export interface BusListener {
  /** A device has a new connection on another node. */
  came(device: DeviceRef): void;
  /** A device has no connection on any other node any more, and none here. @param goodbye whether it went on purpose */
  went(device: DeviceRef, goodbye: boolean): void;
  /** A device that is connected here has a newer connection on another node: the one here is over. */
  replaced(device: DeviceRef, connection: string): void;
  /** A parcel for a device that is, or was, connected here. @returns what became of it */
  received(to: DeviceRef, parcel: Parcel): Obstacle;
  /** Something about a wallet that has connections here. */
  noticed(wallet: string, notice: Notice): void;
  /**
   * This node can reach the others again, or one of them ended without a goodbye: what was told meanwhile is lost. Who is online has been
   * made up already.
   */
  restored(): void;
}

/** The answer to most signals: one object for all of them, so that none has to be remembered for each. */
export const OK: Answer = { ok: true };

/** What every process must agree on and a restart may forget: who is online, which signals were seen, and how to reach them. */
export interface Bus {
  /**
   * A device's connection came up here.
   *
   * @param connection names the connection; a later one of the same device takes its place, wherever that is
   * @param rtc whether the device can and wants to use WebRTC
   */
  join(device: DeviceRef, connection: string, rtc: boolean): void;
  /**
   * A connection ended here.
   *
   * @param goodbye whether it was ended on purpose; without, the device counts as away for `signalWaitMs`
   * @returns whether the device is gone, and not just this connection of it
   */
  leave(device: DeviceRef, connection: string, goodbye: boolean): boolean;
  /** The connected devices of a wallet, on every node, the one that connected last at the end. */
  devicesOf(wallet: string): readonly string[];
  /** Those of them that can and want to use WebRTC. */
  rtcDevicesOf(wallet: string): readonly string[];
  /** Whether a device, or any of a wallet, lost its connection a moment ago and may be back soon. */
  isAway(wallet: string, deviceId?: string): boolean;
  /** Wallets that are online, on every node. */
  wallets(): Iterable<string>;
  /**
   * Remembers the answer to a signal for a while, also where it is repeated to another node.
   *
   * @param from who sent it
   * @param signalId its name
   * @param fingerprint of its content
   * @param make does what the signal asks for and gives the answer; called only the first time
   * @returns the first answer, or `reused` where the name came with another content
   */
  once<T>(from: DeviceRef, signalId: string, fingerprint: number, make: () => Maybe<T>): Maybe<T | 'reused'>;
  /**
   * Counts one use against a rate limit.
   *
   * @param limit what is limited: its name, and how many uses a window has
   * @param key who uses it
   */
  take(limit: Limit, key: string): Maybe<Taken>;
  /** Remembers a nonce of the wallet sign-in for `LIMITS.nonceMs`; the oldest leave first where there are too many. */
  keepNonce(nonce: string): Maybe<void>;
  /** Uses a nonce up. @returns whether it was known, had not expired, and was used by nobody else */
  takeNonce(nonce: string): Maybe<boolean>;
  /** Small facts that all nodes share for a while. */
  readonly notes: Notes;
  /**
   * Hands a parcel to the node where a device is connected. Parcels from here to one device arrive in the order in which they were handed in.
   *
   * @returns `offline` where it is connected on no other node, or no answer comes in time
   */
  send(to: DeviceRef, parcel: Parcel): Maybe<Obstacle>;
  /**
   * Tells every other node that has connections of a wallet. What is told while this node cannot reach them is lost; of messages they hear
   * `missed` afterwards.
   */
  notify(wallet: string, notice: Notice): void;
  /** Hears from the other nodes from now on. */
  listen(listener: BusListener): void;
  /** Says goodbye to the other nodes. Devices that are still connected here count as away. */
  close(): Maybe<void>;
}

/** Texts under names, which are forgotten after a while. Where the others cannot be reached, each node has its own. */
export interface Notes {
  get(name: string): Maybe<string | undefined>;
  /** @param ttlMs how long it is kept, milliseconds */
  set(name: string, text: string, ttlMs: number): Maybe<void>;
  /** Sets it where there is none; of any number of nodes that try at once, one succeeds. @returns the text that holds now */
  claim(name: string, text: string, ttlMs: number): Maybe<string>;
  delete(name: string): Maybe<void>;
}

/** A rate limit. */
export interface Limit {
  readonly name: string;
  readonly points: number;
  readonly windowMs: number;
  /** Whether only one node at a time has uses of a key, as is so for those of one connection: the others need not know. */
  readonly isLocal?: boolean;
}

/** What is left of a rate limit after a use. */
export interface Taken {
  /** Whether the use is within the limit. */
  readonly ok: boolean;
  readonly remaining: number;
  /** When the window ends, milliseconds from now. */
  readonly resetMs: number;
}
