import { LIMITS } from '@anypath/protocol';
import { Away } from './away.ts';
import type { DeviceRef } from './port.ts';
import { Recently } from './recently.ts';

/** Names one run of one node: a node that was started again is another one, also under the same name. */
export type NodeId = string;

/** A device connected to a node. */
export interface Join extends DeviceRef {
  readonly kind: 'join';
  /** When, by the clock that all nodes share (see `Directory`). Of two connections of a device the later one holds. */
  readonly clock: number;
  readonly rtc: boolean;
}

/** A connection of a device ended. */
export interface Leave extends DeviceRef {
  readonly kind: 'leave';
  /** The clock of its join. */
  readonly clock: number;
  readonly goodbye: boolean;
}

/** What a node tells the others about a device. */
export type Change = Join | Leave;

/** What changes when something is heard from other nodes. */
export interface DirectoryListener {
  came(device: DeviceRef): void;
  went(device: DeviceRef, goodbye: boolean): void;
  /** @param told what the other nodes have to hear of it */
  replaced(device: DeviceRef, connection: string, told: Leave): void;
}

/** Where one device is connected. */
interface Entry {
  readonly deviceId: string;
  readonly node: NodeId;
  readonly clock: number;
  readonly rtc: boolean;
  /** Names the connection where it is on this node. */
  readonly connection: string | undefined;
}

/** Devices of which it is remembered that they were connected to another node; the oldest leave first. */
const ELSEWHERE_MAX = 100_000;

/**
 * Who is online on which node, as this node knows it. No I/O: what the others tell goes in, what is to be told comes out.
 *
 * Changes carry a hybrid logical clock: the time of day of the node that made it, or one more than the latest that it has heard of,
 * whichever is later. So a connection that was made after another was heard of is always the later one, whatever the clocks on
 * the walls say, and where nodes could not hear each other the wall decides. All nodes take the same of two.
 */
export class Directory {
  readonly #self: NodeId;
  readonly #wallMs: () => number;
  readonly #listener: DirectoryListener;
  /** The devices of each wallet, by clock. */
  readonly #wallets = new Map<string, Entry[]>();
  readonly #counts = new Map<NodeId, number>();
  readonly #away: Away;
  /** Devices that were on another node. */
  readonly #elsewhere: Recently;
  #clock = 0;

  /**
   * @param self this node
   * @param listener hears what changes because of other nodes
   * @param nowMs a monotonic clock, milliseconds
   * @param wallMs the time of day, Unix time in milliseconds
   */
  constructor(self: NodeId, listener: DirectoryListener, nowMs: () => number, wallMs: () => number) {
    this.#self = self;
    this.#listener = listener;
    this.#wallMs = wallMs;
    this.#away = new Away(nowMs);
    this.#elsewhere = new Recently(LIMITS.signalMemoryMs, ELSEWHERE_MAX, nowMs);
  }

  /** The latest clock that this node has given or heard of. */
  get clock(): number {
    return this.#clock;
  }

  /** Devices are online altogether. */
  get size(): number {
    let size = 0;
    for (const count of this.#counts.values()) size += count;
    return size;
  }

  /** A clock was heard of: what is made here from now on is later. */
  observe(clock: number): void {
    if (clock > this.#clock) this.#clock = clock;
  }

  /** A device connected here. @returns what the other nodes have to hear of it */
  join({ wallet, deviceId }: DeviceRef, connection: string, rtc: boolean): Join {
    this.#clock = Math.max(this.#clock + 1, Math.floor(this.#wallMs()));
    this.#put(wallet, { deviceId, node: this.#self, clock: this.#clock, rtc, connection });
    return { kind: 'join', wallet, deviceId, clock: this.#clock, rtc };
  }

  /** A connection ended here. @returns what the other nodes have to hear of it; `undefined` where it does not hold any more */
  leave(device: DeviceRef, connection: string, goodbye: boolean): Leave | undefined {
    const entry = this.#find(device);
    if (entry?.node !== this.#self || entry.connection !== connection) return undefined;
    this.#remove(device.wallet, entry);
    if (!goodbye) this.#away.left(device);
    return { kind: 'leave', wallet: device.wallet, deviceId: device.deviceId, clock: entry.clock, goodbye };
  }

  /** Another node tells of a device. What is older than what is known changes nothing. */
  apply(node: NodeId, change: Change): void {
    this.observe(change.clock);
    if (change.kind === 'leave') return this.#applyLeave(node, change);
    const { wallet, deviceId, clock, rtc } = change;
    const known = this.#find(change);
    if (known && !isLater(clock, node, known)) return;
    this.#put(wallet, { deviceId, node, clock, rtc, connection: undefined });
    const device = { wallet, deviceId };
    if (known?.connection !== undefined) {
      const told: Leave = { kind: 'leave', ...device, clock: known.clock, goodbye: false };
      this.#listener.replaced(device, known.connection, told);
    }
    this.#listener.came(device);
  }

  /** Another node tells of all its devices: others that it was thought to have are gone. */
  replace(node: NodeId, joins: readonly Join[]): void {
    const held = new Set<string>();
    for (const join of joins) {
      this.apply(node, join);
      held.add(keyOf(join));
    }
    this.#removeAll(node, (wallet, { deviceId }) => !held.has(keyOf({ wallet, deviceId })));
  }

  /** A node is gone: its devices are away. */
  forget(node: NodeId): void {
    this.#removeAll(node, () => true);
  }

  /** The devices that are connected here. */
  own(): Join[] {
    const joins: Join[] = [];
    for (const [wallet, entries] of this.#wallets) {
      for (const { node, deviceId, clock, rtc } of entries) {
        if (node === this.#self) joins.push({ kind: 'join', wallet, deviceId, clock, rtc });
      }
    }
    return joins;
  }

  /** How many devices a node has. */
  countOf(node: NodeId): number {
    return this.#counts.get(node) ?? 0;
  }

  /** The devices of a wallet, the one that connected last at the end. */
  devicesOf(wallet: string): string[] {
    return (this.#wallets.get(wallet) ?? []).map(({ deviceId }) => deviceId);
  }

  /** Those of them that can and want to use WebRTC. */
  rtcDevicesOf(wallet: string): string[] {
    return (this.#wallets.get(wallet) ?? []).filter(({ rtc }) => rtc).map(({ deviceId }) => deviceId);
  }

  /** Whether a device, or any of a wallet, lost its connection a moment ago. */
  isAway(wallet: string, deviceId?: string): boolean {
    return this.#away.has(wallet, deviceId);
  }

  /** Wallets that are online. */
  wallets(): Iterable<string> {
    return this.#wallets.keys();
  }

  /** The node that has a device. */
  nodeOf(device: DeviceRef): NodeId | undefined {
    return this.#find(device)?.node;
  }

  /** The other nodes that have connections of a wallet. */
  othersWith(wallet: string): Iterable<NodeId> {
    const nodes = new Set<NodeId>();
    for (const { node } of this.#wallets.get(wallet) ?? []) if (node !== this.#self) nodes.add(node);
    return nodes;
  }

  /** Whether a device is, or was less than `signalMemoryMs` ago, connected to another node. */
  wasElsewhere(device: DeviceRef): boolean {
    const entry = this.#find(device);
    return (entry !== undefined && entry.node !== this.#self) || this.#elsewhere.has(keyOf(device));
  }

  #applyLeave(node: NodeId, { wallet, deviceId, clock, goodbye }: Leave): void {
    const device = { wallet, deviceId };
    const entry = this.#find(device);
    if (entry?.node !== node || entry.clock > clock) return;
    this.#remove(wallet, entry);
    if (!goodbye) this.#away.left(device);
    this.#listener.went(device, goodbye);
  }

  #removeAll(node: NodeId, isGone: (wallet: string, entry: Entry) => boolean): void {
    const gone: [string, Entry][] = [];
    for (const [wallet, entries] of this.#wallets) {
      for (const entry of entries) if (entry.node === node && isGone(wallet, entry)) gone.push([wallet, entry]);
    }
    for (const [wallet, { deviceId, clock }] of gone) {
      this.#applyLeave(node, { kind: 'leave', wallet, deviceId, clock, goodbye: false });
    }
  }

  #find({ wallet, deviceId }: DeviceRef): Entry | undefined {
    return this.#wallets.get(wallet)?.find((entry) => entry.deviceId === deviceId);
  }

  #put(wallet: string, entry: Entry): void {
    const device = { wallet, deviceId: entry.deviceId };
    const known = this.#find(device);
    if (known) this.#remove(wallet, known);
    this.#away.forget(device);
    const entries = this.#wallets.get(wallet);
    if (entries) {
      const later = entries.findIndex((other) => !isLater(entry.clock, entry.node, other));
      entries.splice(later === -1 ? entries.length : later, 0, entry);
    } else {
      this.#wallets.set(wallet, [entry]);
    }
    this.#counts.set(entry.node, this.countOf(entry.node) + 1);
  }

  #remove(wallet: string, entry: Entry): void {
    const entries = this.#wallets.get(wallet) ?? [];
    entries.splice(entries.indexOf(entry), 1);
    if (entries.length === 0) this.#wallets.delete(wallet);
    const count = this.countOf(entry.node) - 1;
    if (count === 0) this.#counts.delete(entry.node);
    else this.#counts.set(entry.node, count);
    if (entry.node !== this.#self) this.#elsewhere.note(keyOf({ wallet, deviceId: entry.deviceId }));
  }
}

/** Wallets have no `:`. */
const keyOf = ({ wallet, deviceId }: DeviceRef): string => `${wallet}:${deviceId}`;

/** Whether a connection is later than an entry. Where two have the same clock, all nodes take the same one. */
const isLater = (clock: number, node: NodeId, than: Entry): boolean =>
  clock > than.clock || (clock === than.clock && node > than.node);
