import type { NodeId } from './directory.ts';
import { Lateness } from './lateness.ts';
import type { DeviceRef, Notice, Obstacle, Parcel } from './port.ts';
import type { Answered, Noticed, Post as PostMessage, Received, Sent } from './wire.ts';

/** How much may be under way, and for how long. */
export interface PostLimits {
  /** A parcel without an answer for so long did not arrive, and one that is so late is not taken. */
  readonly answerMs: number;
  /** Parcels to one node that wait for their answers, at most. */
  readonly maxParcels: number;
  /** The same in bytes. */
  readonly maxBytes: number;
}

/** What holds where nothing else is said. */
export const POST_LIMITS: PostLimits = { answerMs: 2_000, maxParcels: 10_000, maxBytes: 16 * 1024 * 1024 };

/** What `PostOffice` works with. */
export interface PostParts {
  readonly limits: PostLimits;
  readonly nowMs: () => number;
  /** Does something when what happens at this moment is over, so that parcels travel together. */
  readonly soon: (act: () => void) => void;
  /** Sends to one node, in order; rejects where it is not sent. */
  readonly send: (to: NodeId, message: PostMessage) => Promise<unknown>;
  /** Brings a parcel to its device. @returns `offline` where it is not connected here */
  readonly deliver: (to: DeviceRef, parcel: Parcel) => Obstacle;
  readonly noticed: (wallet: string, notice: Notice) => void;
}

/** A parcel that waits for its answer. */
interface Pending {
  readonly node: NodeId;
  readonly bytes: number;
  readonly untilMs: number;
  readonly resolve: (obstacle: Obstacle) => void;
}

/** What goes to a node at the next moment. */
interface Bag {
  parcels: Sent[];
  answers: Answered[];
  notices: Noticed[];
  bytes: number;
}

/** What is under way to a node. */
interface Load {
  parcels: number;
  bytes: number;
}

/** A message is sent once it has so many bytes: larger ones hold up those behind them. */
const BAG_BYTES = 256 * 1024;

/** About what a parcel takes beside its largest part. */
const OVERHEAD_BYTES = 512;

/** Nodes whose usual delay is remembered. */
const SENDERS_MAX = 1_000;

/** Brings parcels to the other nodes, and their answers back. */
export class PostOffice {
  readonly #parts: PostParts;
  readonly #bags = new Map<NodeId, Bag>();
  /** By their names; those that were sent first come first. */
  readonly #pending = new Map<number, Pending>();
  readonly #loads = new Map<NodeId, Load>();
  readonly #lateness = new Map<NodeId, Lateness>();
  #lastId = 0;

  constructor(parts: PostParts) {
    this.#parts = parts;
  }

  /** Parcels that wait for their answers. */
  get waiting(): number {
    return this.#pending.size;
  }

  /**
   * Hands a parcel to a node.
   *
   * @returns what became of it; `busy` at once where too much is under way to that node
   */
  send(node: NodeId, to: DeviceRef, parcel: Parcel): Obstacle | Promise<Obstacle> {
    const { limits, nowMs } = this.#parts;
    const bytes = bytesOf(parcel);
    const load = this.#loads.get(node) ?? { parcels: 0, bytes: 0 };
    if (load.parcels >= limits.maxParcels || load.bytes + bytes > limits.maxBytes) return 'busy';
    load.parcels++;
    load.bytes += bytes;
    this.#loads.set(node, load);
    const id = ++this.#lastId;
    const answered = new Promise<Obstacle>((resolve) => {
      this.#pending.set(id, { node, bytes, untilMs: nowMs() + limits.answerMs, resolve });
    });
    this.#bag(node, bytes).parcels.push({ id, to, parcel });
    return answered;
  }

  /** Tells a node something about a wallet; nobody hears whether it arrives. */
  notify(node: NodeId, wallet: string, notice: Notice): void {
    const bytes = OVERHEAD_BYTES + (notice.kind === 'arrival' ? notice.mail.body.byteLength : 0);
    this.#bag(node, bytes).notices.push({ wallet, notice });
  }

  /** Another node has something for this one. What is late has been given up by its sender, which may have taken another way. */
  heard({ from, sentMs, message }: Received & { readonly message: PostMessage }): void {
    const isLate = this.lateness(from, sentMs) > this.#parts.limits.answerMs;
    for (const { id, obstacle } of message.answers) this.#settle(id, obstacle);
    for (const { id, to, parcel } of isLate ? [] : message.parcels) {
      const obstacle = this.#parts.deliver(to, parcel);
      this.#bag(from, 0).answers.push({ id, obstacle });
    }
    for (const { wallet, notice } of message.notices) {
      // What came later may have come by another way before it.
      this.#parts.noticed(wallet, isLate && notice.kind === 'arrival' ? { kind: 'missed' } : notice);
    }
  }

  /**
   * Learns from any message how late those of a node usually are.
   *
   * @returns how much later than usual this one is, milliseconds
   */
  lateness(from: NodeId, sentMs: number): number {
    const known = this.#lateness.get(from);
    const lateness = known ?? new Lateness();
    if (!known) {
      this.#lateness.set(from, lateness);
      const [oldest] = this.#lateness.keys();
      if (this.#lateness.size > SENDERS_MAX && oldest !== undefined) this.#lateness.delete(oldest);
    }
    return lateness.heard(sentMs, this.#parts.nowMs());
  }

  /** Gives up what was not answered in time. To be called a few times a second. */
  tick(): void {
    const now = this.#parts.nowMs();
    for (const [id, { untilMs }] of this.#pending) {
      if (untilMs > now) break;
      this.#settle(id, 'offline');
    }
  }

  /** Gives up what waits for a node; for all of them where none is named. */
  giveUp(gone?: NodeId): void {
    for (const [id, { node }] of [...this.#pending])
      if (gone === undefined || gone === node) this.#settle(id, 'offline');
    for (const node of [...this.#bags.keys()]) if (gone === undefined || gone === node) this.#bags.delete(node);
  }

  #settle(id: number, obstacle: Obstacle): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    const load = this.#loads.get(pending.node);
    if (load) {
      load.parcels--;
      load.bytes -= pending.bytes;
      if (load.parcels === 0) this.#loads.delete(pending.node);
    }
    pending.resolve(obstacle);
  }

  /** What goes to a node next, with room for so many bytes more. */
  #bag(node: NodeId, bytes: number): Bag {
    const known = this.#bags.get(node);
    if (known && known.bytes + bytes > BAG_BYTES) this.#dispatch(node, known);
    const bag = this.#bags.get(node) ?? { parcels: [], answers: [], notices: [], bytes: 0 };
    bag.bytes += bytes;
    if (this.#bags.size === 0) this.#parts.soon(() => this.#dispatchAll());
    this.#bags.set(node, bag);
    return bag;
  }

  #dispatchAll(): void {
    for (const [node, bag] of [...this.#bags]) this.#dispatch(node, bag);
  }

  #dispatch(node: NodeId, { parcels, answers, notices }: Bag): void {
    this.#bags.delete(node);
    this.#parts.send(node, { kind: 'post', parcels, answers, notices }).catch(() => {
      for (const { id } of parcels) this.#settle(id, 'offline');
    });
  }
}

function bytesOf(parcel: Parcel): number {
  if (parcel.kind === 'frame') return OVERHEAD_BYTES + parcel.frame.frame.byteLength;
  return OVERHEAD_BYTES + (parcel.kind === 'signal' && 'sdp' in parcel.signal ? parcel.signal.sdp.sdp.length : 0);
}
