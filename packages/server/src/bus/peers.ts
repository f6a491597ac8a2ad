import { LIMITS } from '@anypath/protocol';
import type { Change, Directory, Join, NodeId } from './directory.ts';
import type { Gossip, Received } from './wire.ts';

/** When what is done, milliseconds. */
export interface Timing {
  /** Between two signs of life. */
  readonly beatMs: number;
  /** A node that has not heard its own sign of life for so long knows that it is cut off. Less than `silentMs`: it must know before it takes others for dead. */
  readonly deafMs: number;
  /** A node that was not heard for so long is taken for dead. */
  readonly silentMs: number;
  /** A node that is cut off keeps what it knows of the others for so long. */
  readonly isolatedMs: number;
  /** How long a node that begins, or can hear again, waits for what the others have. */
  readonly settleMs: number;
  /** Between two requests for a snapshot of one node. */
  readonly askEveryMs: number;
}

/** What holds where nothing else is said. */
export const TIMING: Timing = {
  beatMs: 1_000,
  deafMs: 2_500,
  silentMs: 4_000,
  isolatedMs: LIMITS.signalWaitMs,
  settleMs: 2_000,
  askEveryMs: 1_000,
};

/** Everybody, where a message names no node. */
export const ALL = 'all';

/** What `Peers` works with. */
export interface PeersParts {
  readonly self: NodeId;
  readonly directory: Directory;
  readonly timing: Timing;
  readonly nowMs: () => number;
  /** Does something when what happens at this moment is over, so that changes go out together. */
  readonly soon: (act: () => void) => void;
  /** @returns how many nodes it goes to, this one included, where it goes to all; rejects where it goes nowhere */
  readonly send: (to: NodeId, message: Gossip) => Promise<number>;
  /** This node does not hear itself any more. */
  readonly cutOff: () => void;
  /** It does, for the first time or again, and what the others have is known. */
  readonly reunited: () => void;
  /** Another node is there, and what it has is known. */
  readonly met: (node: NodeId) => void;
  /** Another node is gone. */
  readonly lost: (node: NodeId, because: 'silence' | 'goodbye' | 'restart') => void;
  /** Another process has begun under the name of this one. */
  readonly namesake: (node: NodeId) => void;
}

/** Another node. */
interface Peer {
  /** `unknown`: nothing of it counts before its snapshot; `behind`: something of it was missed; `current`: nothing was. */
  phase: 'unknown' | 'behind' | 'current';
  /** The last batch of changes that was heard of it. */
  seq: number;
  heardMs: number;
  askedMs: number;
  /** Signs of life in a row that named another count of devices than is known. */
  mismatches: number;
  /** The parts of a snapshot that came so far. */
  parts: { readonly seq: number; readonly joins: Map<number, readonly Join[]> };
}

/** Joins in one part of a snapshot: about 150 kB. */
const SNAPSHOT_JOINS = 2_000;

/** One sign of life may be under way beside a change. */
const MISMATCHES_MAX = 2;

const NEVER = Number.NEGATIVE_INFINITY;

const nameOf = (node: NodeId): string => node.slice(0, node.lastIndexOf('.'));

/**
 * Keeps the directory like those of the other nodes, over a medium that loses messages whenever it likes.
 *
 * Each node numbers its batches of changes, and names the number of the last one, and how many devices it has, in its sign of life. Who sees
 * a gap, another count, or a node that it does not know, asks for a snapshot. Snapshots and changes of a node come in order or not at all; what is
 * older than what is known changes nothing, however late it comes.
 */
export class Peers {
  readonly #parts: PeersParts;
  readonly #peers = new Map<NodeId, Peer>();
  #queue: Change[] = [];
  #seq = 0;
  #heardSelfMs = NEVER;
  /** Since when this node does not hear itself. */
  #cutMs: number | undefined;
  #hasBegun = false;
  #settling: { readonly answered: Set<NodeId>; expected: number; readonly untilMs: number } | undefined;

  constructor(parts: PeersParts) {
    this.#parts = parts;
    this.#cutMs = parts.nowMs();
  }

  /** Whether this node does not hear itself, and so nobody else for certain. */
  get isCut(): boolean {
    return this.#cutMs !== undefined;
  }

  /** The other nodes that are there. */
  get nodes(): readonly NodeId[] {
    return [...this.#peers].filter(([, { phase }]) => phase !== 'unknown').map(([node]) => node);
  }

  /** The other nodes have to hear of a change. */
  tell(change: Change): void {
    this.#queue.push(change);
    if (this.#queue.length === 1) this.#parts.soon(() => this.#flush());
  }

  /** Shows a sign of life, and looks for those of the others. To be called each `beatMs`. */
  tick(): void {
    const { nowMs, timing } = this.#parts;
    const now = nowMs();
    if (now - this.#heardSelfMs > timing.deafMs) this.cut();
    this.beat();
    if (this.#cutMs === undefined) {
      for (const [node, { heardMs }] of [...this.#peers]) {
        if (now - heardMs > timing.silentMs) this.#lose(node, 'silence');
      }
      if (this.#settling && now >= this.#settling.untilMs) this.#settled();
    } else if (now - this.#cutMs > timing.isolatedMs) {
      for (const node of [...this.#peers.keys()]) this.#lose(node, 'silence');
    }
  }

  /** Shows a sign of life. */
  beat(): void {
    this.#flush();
    const { self, directory } = this.#parts;
    this.#send(ALL, { kind: 'beat', seq: this.#seq, count: directory.countOf(self), clock: directory.clock });
  }

  /** The medium is gone for certain: this node is cut off until it hears itself again. */
  cut(): void {
    if (this.#cutMs !== undefined) return;
    this.#cutMs = this.#parts.nowMs();
    this.#settling = undefined;
    this.#parts.cutOff();
  }

  /** Says goodbye to the others. @returns when it is said, or cannot be */
  async bye(): Promise<void> {
    this.#flush();
    await this.#parts.send(ALL, { kind: 'bye' }).catch(() => undefined);
  }

  /** A message of another node, or of this one. */
  heard({ from, sentMs, message }: Received & { readonly message: Gossip }): void {
    const now = this.#parts.nowMs();
    if (from === this.#parts.self) {
      // A late one shows only that the medium was there once.
      if (message.kind === 'beat' && now - sentMs <= this.#parts.timing.deafMs) this.#heardSelf(now);
      return;
    }
    if (message.kind === 'bye') return this.#lose(from, 'goodbye');
    const peer = this.#peers.get(from) ?? this.#meet(from, now);
    peer.heardMs = now;
    switch (message.kind) {
      case 'hello':
        this.#supersede(from);
        this.#snapshotTo(from);
        break;
      case 'ask':
        this.#snapshotTo(from);
        break;
      case 'beat':
        this.#heardBeat(from, peer, message);
        break;
      case 'changes':
        this.#heardChanges(from, peer, message);
        break;
      case 'snapshot':
        this.#heardSnapshot(from, peer, message);
        break;
    }
    if (peer.phase !== 'current') this.#ask(from, peer, now);
  }

  #heardSelf(now: number): void {
    this.#heardSelfMs = now;
    if (this.#cutMs === undefined) return;
    this.#cutMs = undefined;
    for (const peer of this.#peers.values()) {
      peer.heardMs = now;
      peer.askedMs = now;
      if (peer.phase === 'current') peer.phase = 'behind';
    }
    const untilMs = now + this.#parts.timing.settleMs;
    const settling = { answered: new Set<NodeId>(), expected: Number.POSITIVE_INFINITY, untilMs };
    this.#settling = settling;
    const question: Gossip = { kind: this.#hasBegun ? 'ask' : 'hello' };
    this.#hasBegun = true;
    this.#parts.send(ALL, question).then(
      (nodes) => {
        settling.expected = nodes - 1;
        if (this.#settling === settling) this.#checkSettled();
      },
      () => undefined,
    );
  }

  #heardBeat(from: NodeId, peer: Peer, { seq, count, clock }: Gossip & { kind: 'beat' }): void {
    const { directory } = this.#parts;
    directory.observe(clock);
    if (peer.phase !== 'current' || seq < peer.seq) return;
    peer.mismatches = directory.countOf(from) === count ? 0 : peer.mismatches + 1;
    if (seq > peer.seq || peer.mismatches >= MISMATCHES_MAX) peer.phase = 'behind';
  }

  #heardChanges(from: NodeId, peer: Peer, { seq, changes }: Gossip & { kind: 'changes' }): void {
    // A node that is not known may be one that is gone, whose messages were held up.
    if (peer.phase === 'unknown' || seq <= peer.seq) return;
    if (seq !== peer.seq + 1) peer.phase = 'behind';
    peer.seq = seq;
    for (const change of changes) this.#parts.directory.apply(from, change);
  }

  #heardSnapshot(from: NodeId, peer: Peer, snapshot: Gossip & { kind: 'snapshot' }): void {
    const { seq, part, parts, joins } = snapshot;
    if (peer.parts.seq !== seq) peer.parts = { seq, joins: new Map() };
    peer.parts.joins.set(part, joins);
    if (peer.parts.joins.size < parts) return;
    const all = [...peer.parts.joins.values()].flat();
    peer.parts = noParts();
    // What was heard since says more than it.
    if (peer.phase === 'unknown' || seq >= peer.seq) {
      const isNew = peer.phase === 'unknown';
      Object.assign(peer, { seq, phase: 'current', mismatches: 0 });
      this.#parts.directory.replace(from, all);
      if (isNew) this.#parts.met(from);
    }
    this.#settling?.answered.add(from);
    this.#checkSettled();
  }

  #checkSettled(): void {
    if (this.#settling && this.#settling.answered.size >= this.#settling.expected) this.#settled();
  }

  #settled(): void {
    this.#settling = undefined;
    this.#parts.reunited();
  }

  #meet(node: NodeId, now: number): Peer {
    const peer: Peer = { phase: 'unknown', seq: 0, heardMs: now, askedMs: NEVER, mismatches: 0, parts: noParts() };
    this.#peers.set(node, peer);
    return peer;
  }

  #lose(node: NodeId, because: 'silence' | 'goodbye' | 'restart'): void {
    const peer = this.#peers.get(node);
    if (!peer) return;
    this.#peers.delete(node);
    this.#parts.directory.forget(node);
    if (peer.phase !== 'unknown') this.#parts.lost(node, because);
  }

  /** A node that has begun anew was over before, whether it was heard to end or not. */
  #supersede(by: NodeId): void {
    const name = nameOf(by);
    for (const node of [...this.#peers.keys()]) if (node !== by && nameOf(node) === name) this.#lose(node, 'restart');
    if (nameOf(this.#parts.self) === name) this.#parts.namesake(by);
  }

  #ask(node: NodeId, peer: Peer, now: number): void {
    if (now - peer.askedMs < this.#parts.timing.askEveryMs) return;
    peer.askedMs = now;
    this.#send(node, { kind: 'ask' });
  }

  #snapshotTo(node: NodeId): void {
    this.#flush();
    const own = this.#parts.directory.own();
    const parts = Math.max(1, Math.ceil(own.length / SNAPSHOT_JOINS));
    for (let part = 0; part < parts; part++) {
      const joins = own.slice(part * SNAPSHOT_JOINS, (part + 1) * SNAPSHOT_JOINS);
      this.#send(node, { kind: 'snapshot', seq: this.#seq, part, parts, joins });
    }
  }

  #flush(): void {
    if (this.#queue.length === 0) return;
    const changes = this.#queue;
    this.#queue = [];
    this.#send(ALL, { kind: 'changes', seq: ++this.#seq, changes });
  }

  /** What does not arrive shows as a gap. */
  #send(to: NodeId, message: Gossip): void {
    this.#parts.send(to, message).catch(() => undefined);
  }
}

const noParts = (): Peer['parts'] => ({ seq: -1, joins: new Map() });
