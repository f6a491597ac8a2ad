import { randomBytes } from 'node:crypto';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import type { Logger } from 'pino';
import type { Maybe } from '../maybe.ts';
import { type Change, Directory, type NodeId } from './directory.ts';
import { NodeChannels } from './node-channels.ts';
import { Peers, TIMING, type Timing } from './peers.ts';
import type { Bus, BusListener, DeviceRef, Limit, Notes, Notice, Obstacle, Parcel, Taken } from './port.ts';
import { POST_LIMITS, type PostLimits, PostOffice } from './post.ts';
import { within } from './redis-link.ts';
import { SharedLimits } from './shared-limits.ts';
import { SharedNonces } from './shared-nonces.ts';
import { SharedNotes } from './shared-notes.ts';
import { SharedSignals } from './shared-signals.ts';
import { STREAM_MAX_ENTRIES, StreamClient } from './stream-client.ts';
import { Untold } from './untold.ts';
import type { Message, Received } from './wire.ts';

/** What a bus on Redis is opened with. */
export interface RedisBusOptions {
  /** `redis://` or `rediss://`; a path names the database. */
  readonly url: string;
  /** Name of this node; made up where it is empty. */
  readonly node: string;
  readonly log: Logger;
  /** A monotonic clock, milliseconds. */
  readonly nowMs?: () => number;
  /** Where it is to differ from `TIMING`. */
  readonly timing?: Partial<Timing>;
  /** Where they are to differ from `POST_LIMITS`. */
  readonly limits?: Partial<PostLimits>;
  /** How long the start waits for Redis before it goes on without, milliseconds. */
  readonly startMs?: number;
}

const START_MS = 5_000;

/** Parcels without an answer are looked for so often. */
const POST_TICK_MS = 250;

/** A goodbye that Redis does not take in this time is left out. */
const BYE_MS = 250;

/** A read of the stream waits so long for something new. */
const STREAM_BLOCK_MS = 1_000;

/**
 * Opens a bus that several nodes share over Redis. It opens also while Redis is away: this node is cut off then, until Redis is there.
 *
 * @returns the bus, which knows what the other nodes have
 * @throws Error where the URL is none
 */
export async function openRedisBus(options: RedisBusOptions): Promise<RedisBus> {
  const bus = new RedisBus(options);
  await bus.started;
  return bus;
}

/** Makes the adapter of a namespace, for the option `adapter` of Socket.IO's server. */
export type SocketAdapter = ReturnType<typeof createAdapter>;

/** The bus of one node of several. See docs/decisions/bus.md. */
export class RedisBus implements Bus {
  readonly notes: Notes;
  /** Resolves when it is known what the other nodes have, or Redis is not there in time. */
  readonly started: Promise<void>;
  readonly #options: RedisBusOptions;
  readonly #nowMs: () => number;
  readonly #self: NodeId;
  /** Of the keys and channels in Redis. */
  readonly #prefix: string;
  readonly #directory: Directory;
  readonly #peers: Peers;
  readonly #post: PostOffice;
  readonly #channels: NodeChannels;
  readonly #limits: SharedLimits;
  readonly #nonces: SharedNonces;
  readonly #signals: SharedSignals;
  readonly #untold: Untold;
  readonly #streams: StreamClient[] = [];
  readonly #timers: NodeJS.Timeout[];
  #listener: BusListener | undefined;
  #hasStarted: () => void = () => undefined;
  /** Since when an outage has been told of. */
  #outSinceMs: number | undefined;
  #reason: string | undefined;

  constructor(options: RedisBusOptions) {
    const { url, node, log, nowMs = () => performance.now() } = options;
    const timing = { ...TIMING, ...options.timing };
    const limits = { ...POST_LIMITS, ...options.limits };
    this.#options = options;
    this.#nowMs = nowMs;
    this.#prefix = `anypath:${databaseOf(url)}`;
    this.#self = `${node || randomBytes(4).toString('hex')}.${Date.now().toString(36)}${randomBytes(3).toString('hex')}`;
    const [self, prefix] = [this.#self, this.#prefix];
    const medium = { nowMs, soon: (act: () => void) => void setImmediate(act), send: this.#send };
    this.#untold = new Untold(nowMs);
    this.#directory = new Directory(self, this.#changes(), nowMs, Date.now);
    this.#post = new PostOffice({ limits, ...medium, ...this.#arrivals() });
    this.#peers = new Peers({ self, directory: this.#directory, timing, ...medium, ...this.#news() });
    this.#channels = new NodeChannels({ url, self, prefix, log, nowMs, ...this.#reach() });
    const { ask } = this.#channels;
    this.#limits = new SharedLimits(ask, prefix, nowMs);
    this.#nonces = new SharedNonces(ask, prefix, nowMs);
    this.notes = new SharedNotes(ask, prefix, nowMs);
    this.#signals = new SharedSignals(ask, prefix, nowMs);
    const tick = () => {
      this.#peers.tick();
      if (this.#peers.isCut) this.#channels.renewAfter(timing.deafMs);
    };
    const postTick = () => this.#post.tick();
    this.#timers = [setInterval(tick, timing.beatMs), setInterval(postTick, Math.min(POST_TICK_MS, limits.answerMs))];
    this.started = this.#start(options.startMs ?? START_MS);
  }

  /** Whether the other nodes cannot be reached. */
  get isCut(): boolean {
    return this.#peers.isCut;
  }

  /** The other nodes, as far as they can be heard. */
  get nodes(): readonly NodeId[] {
    return this.#peers.nodes;
  }

  join(device: DeviceRef, connection: string, rtc: boolean): void {
    this.#peers.tell(this.#directory.join(device, connection, rtc));
  }

  leave(device: DeviceRef, connection: string, goodbye: boolean): boolean {
    const left = this.#directory.leave(device, connection, goodbye);
    if (left) this.#peers.tell(left);
    return left !== undefined;
  }

  devicesOf(wallet: string): readonly string[] {
    return this.#directory.devicesOf(wallet);
  }

  rtcDevicesOf(wallet: string): readonly string[] {
    return this.#directory.rtcDevicesOf(wallet);
  }

  isAway(wallet: string, deviceId?: string): boolean {
    return this.#directory.isAway(wallet, deviceId);
  }

  wallets(): Iterable<string> {
    return this.#directory.wallets();
  }

  once<T>(from: DeviceRef, signalId: string, fingerprint: number, make: () => Maybe<T>): Maybe<T | 'reused'> {
    return this.#signals.once(from, signalId, fingerprint, this.#directory.wasElsewhere(from), make);
  }

  take(limit: Limit, key: string): Maybe<Taken> {
    return this.#limits.take(limit, key);
  }

  keepNonce(nonce: string): Promise<void> {
    return this.#nonces.keep(nonce);
  }

  takeNonce(nonce: string): Promise<boolean> {
    return this.#nonces.take(nonce);
  }

  send(to: DeviceRef, parcel: Parcel): Maybe<Obstacle> {
    const node = this.#directory.nodeOf(to);
    if (node === undefined || node === this.#self || this.#peers.isCut) return 'offline';
    return this.#post.send(node, to, parcel);
  }

  notify(wallet: string, notice: Notice): void {
    if (notice.kind === 'arrival') this.#untold.note(wallet, this.#peers.isCut);
    if (this.#peers.isCut) return;
    for (const node of this.#directory.othersWith(wallet)) this.#post.notify(node, wallet, notice);
  }

  listen(listener: BusListener): void {
    this.#listener = listener;
  }

  /**
   * Makes an adapter for Socket.IO, whose broadcasts reach the sockets of all nodes: those of this node also while Redis is away, those of the
   * others when it is back. It ends with the bus.
   *
   * @returns when every broadcast from then on is heard; at once while this node is cut off
   */
  async openAdapter(): Promise<SocketAdapter> {
    const { ask } = this.#channels;
    const stream = `${this.#prefix}:socket.io`;
    const name = `anypath-${this.#self}-read`;
    const client = new StreamClient({ url: this.#options.url, name, stream, ask, isCut: () => this.isCut });
    this.#streams.push(client);
    if (!this.isCut) await within(client.began, STREAM_BLOCK_MS).catch(() => undefined);
    const how = { maxLen: STREAM_MAX_ENTRIES, blockTimeInMs: STREAM_BLOCK_MS };
    return createAdapter(client, { streamName: stream, channelPrefix: stream, ...how });
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#listener = undefined;
    await within(this.#peers.bye(), BYE_MS).catch(() => undefined);
    this.#post.giveUp();
    for (const stream of this.#streams) stream.close();
    this.#channels.close();
  }

  readonly #send = (to: NodeId, message: Message): Promise<number> => this.#channels.send(to, message);

  async #start(startMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#hasStarted = resolve;
      timer = setTimeout(() => {
        this.#tellOutage();
        resolve();
      }, startMs);
    });
    clearTimeout(timer);
  }

  #reach() {
    return {
      heard: ({ from, sentMs, message }: Received) => {
        if (message.kind === 'post') return this.#post.heard({ from, sentMs, message });
        if (from !== this.#self) this.#post.lateness(from, sentMs);
        this.#peers.heard({ from, sentMs, message });
      },
      up: () => this.#peers.beat(),
      down: (reason: string) => {
        this.#reason = reason;
        this.#peers.cut();
      },
    };
  }

  #changes() {
    return {
      came: (device: DeviceRef) => this.#tell((listener) => listener.came(device)),
      went: (device: DeviceRef, goodbye: boolean) => this.#tell((listener) => listener.went(device, goodbye)),
      replaced: (device: DeviceRef, connection: string, told: Change) => {
        this.#peers.tell(told);
        this.#tell((listener) => listener.replaced(device, connection));
      },
    };
  }

  #arrivals() {
    return {
      deliver: (to: DeviceRef, parcel: Parcel): Obstacle => {
        let obstacle: Obstacle = 'offline';
        if (this.#directory.nodeOf(to) !== this.#self) return obstacle;
        this.#tell((listener) => {
          obstacle = listener.received(to, parcel);
        });
        return obstacle;
      },
      noticed: (wallet: string, notice: Notice) => this.#tell((listener) => listener.noticed(wallet, notice)),
    };
  }

  #news() {
    const { log } = this.#options;
    return {
      cutOff: () => {
        this.#tellOutage();
        this.#post.giveUp();
      },
      reunited: () => this.#reunited(),
      met: (node: NodeId) => log.info({ node }, 'a node is there'),
      lost: (node: NodeId, because: string) => {
        this.#post.giveUp(node);
        log.info({ node, because }, 'a node is gone');
        // What it stored last it may not have told.
        if (because !== 'goodbye' && !this.#peers.isCut) this.#tell((listener) => listener.restored());
      },
      namesake: (node: NodeId) => {
        log.error({ node }, 'another node has begun under the NODE_NAME of this one: give each its own');
      },
    };
  }

  #tellOutage(): void {
    if (this.#outSinceMs !== undefined) return;
    this.#outSinceMs = this.#nowMs();
    const what =
      'cut off from Redis: until it is back, devices on other nodes cannot be reached, and limits count on this node alone; ' +
      'devices on this node and the mailbox go on';
    this.#options.log.error({ reason: this.#reason ?? 'it does not answer' }, what);
  }

  #reunited(): void {
    for (const stream of this.#streams) stream.reunited();
    const outSinceMs = this.#outSinceMs;
    this.#outSinceMs = undefined;
    this.#reason = undefined;
    if (outSinceMs !== undefined) {
      const outMs = Math.round(this.#nowMs() - outSinceMs);
      this.#options.log.info({ outMs, nodes: this.nodes.length }, 'Redis is back, and the other nodes with it');
      this.#tell((listener) => listener.restored());
      for (const wallet of this.#untold.take()) this.notify(wallet, { kind: 'missed' });
    }
    this.#hasStarted();
  }

  /** What goes wrong at one who listens does not keep the others from hearing. */
  #tell(tell: (listener: BusListener) => void): void {
    if (!this.#listener) return;
    try {
      tell(this.#listener);
    } catch (err) {
      this.#options.log.error({ err }, 'what another node said could not be dealt with');
    }
  }
}

/** Channels know no databases, so that the number of the database is part of their names. */
function databaseOf(url: string): string {
  // The error of URL itself would name the URL, and with it the password.
  if (!URL.canParse(url)) throw new Error('BUS_URL is not a URL');
  return new URL(url).pathname.slice(1) || '0';
}
