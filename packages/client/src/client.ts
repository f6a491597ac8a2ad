import {
  AnypathError,
  type Forwarded,
  isErrorCode,
  type PresenceUpdate,
  type SessionEnd,
  type SessionStart,
  type SignalEvent,
  Wallet,
} from '@anypath/protocol';
import * as v from 'valibot';
import { claimDevice } from './device.ts';
import { Events } from './emitter.ts';
import { nextEpoch } from './epoch.ts';
import { IceSource } from './ice.ts';
import { CursorStore } from './link/cursors.ts';
import { type Home, Link } from './link/link.ts';
import { parseFrame } from './link/parse-frame.ts';
import { ask, askRepeatedly, openSocket, refusalOf, type Socket } from './socket.ts';
import { defaultStore, type KeyValueStore, lenient } from './storage.ts';

/** How to connect. */
export interface ConnectOptions {
  /** The server, such as `https://rtc.example.com`; the page's own origin where it is left out. */
  url?: string;
  /** The token of the sign-in, or a function that gets one; called again at each reconnection. */
  token: string | (() => string | Promise<string>);
  /** WebRTC: `false` to stay on the relay, or settings for every connection, such as `iceTransportPolicy`. */
  rtc?: boolean | Pick<RTCConfiguration, 'iceTransportPolicy' | 'iceCandidatePoolSize'>;
  /** Where a few small values survive a reload; `sessionStorage` where it is left out. */
  storage?: KeyValueStore;
  /** How long to wait for the server before `connect` gives up, milliseconds; 10 000 where it is left out. */
  timeoutMs?: number;
}

/** What a client tells. */
export interface ClientEvents {
  /** The other side opened a link, or sent something. */
  link(link: Link): void;
  /** Somebody came, went, or changed devices; all of them go while our own connection to the server is down. */
  presence(update: PresenceUpdate): void;
  /** The connection to the server came up or went down; it comes back by itself. */
  online(online: boolean): void;
  /** The connection to the server ended for good, such as `replaced` or `unauthenticated`; the client is closed then. */
  ended(error: AnypathError): void;
}

/**
 * Connects to an anypath server. Add listeners right after it resolves, before anything else is awaited: what arrives
 * earlier is kept for them.
 *
 * @param options where to, and as whom
 * @returns the client, once the server has accepted it
 * @throws AnypathError `unauthenticated` where the token is refused, `unreachable` where no server answers in time
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const url = options.url ?? globalThis.location?.origin;
  if (!url) throw new AnypathError('invalid_payload', 'connect needs a url outside of a page');
  const storage = lenient(options.storage ?? defaultStore());
  const token = async () => (typeof options.token === 'function' ? options.token() : options.token);
  const rtc = options.rtc ?? true;
  const { deviceId, release } = await claimDevice(storage);
  const socket = openSocket(url, deviceId, token);
  const ice = new IceSource(url, token);
  try {
    const make = (start: SessionStart) => new Client({ socket, ice, storage, deviceId, release, rtc, start });
    return await accepted(socket, options.timeoutMs ?? 10_000, make);
  } catch (error) {
    socket.close();
    release();
    throw error;
  }
}

/**
 * Waits for the server's word. A network that fails is tried again until the time is over; a refusal is final.
 *
 * @param make called within the event, so that no event after it is missed
 */
function accepted(socket: Socket, timeoutMs: number, make: (start: SessionStart) => Client): Promise<Client> {
  return new Promise((resolve, reject) => {
    let last: Error | undefined;
    const settle = () => {
      clearTimeout(timer);
      socket.off('connect_error', onError);
      socket.off('session:start', onStart);
    };
    const onStart = (start: SessionStart) => {
      settle();
      resolve(make(start));
    };
    const onError = (error: Error) => {
      last = error;
      const refusal = refusalOf(error);
      if (!refusal) return;
      settle();
      reject(refusal);
    };
    const timer = setTimeout(() => {
      settle();
      reject(new AnypathError('unreachable', undefined, { cause: last }));
    }, timeoutMs);
    socket.on('session:start', onStart);
    socket.on('connect_error', onError);
  });
}

interface Parts {
  readonly socket: Socket;
  readonly ice: IceSource;
  readonly storage: KeyValueStore;
  readonly deviceId: string;
  readonly release: () => void;
  readonly rtc: NonNullable<ConnectOptions['rtc']>;
  readonly start: SessionStart;
}

/** A signed-in device: knows who is online and opens links. */
export class Client extends Events<ClientEvents> {
  /** Our wallet, as the server knows it. */
  readonly wallet: string;
  /** Our device. */
  readonly deviceId: string;
  readonly #parts: Parts;
  readonly #links = new Map<string, Link>();
  readonly #devices = new Map<string, readonly string[]>();
  #clockOffsetMs: number;
  #isClosed = false;
  /** What arrives before the caller of `connect` could add its listeners; none once it could. */
  #held: (() => void)[] | undefined = [];

  /** @internal Clients are made by `connect`. */
  constructor(parts: Parts) {
    super();
    this.#parts = parts;
    this.wallet = parts.start.wallet;
    this.deviceId = parts.deviceId;
    this.#clockOffsetMs = parts.start.serverTime - Date.now();
    this.#listen(parts.socket);
    setTimeout(() => this.#release());
    // Credentials are there when the first link wants them (SPEC S6.1: after login, fetch ICE).
    if (this.#hasRtc) void parts.ice.servers();
  }

  /** Whether the connection to the server stands. */
  get isOnline(): boolean {
    return this.#parts.socket.connected;
  }

  /** Wallets that are online, without our own. */
  get online(): readonly string[] {
    return [...this.#devices.keys()].filter((wallet) => wallet !== this.wallet);
  }

  /**
   * Opens the link to a wallet, or returns the one that is open.
   *
   * @param peer the other side's wallet
   * @throws AnypathError `invalid_payload` for something that is no wallet or is our own, `link_closed` after `close`
   */
  link(peer: string): Link {
    if (this.#isClosed) throw new AnypathError('link_closed', 'the client is closed');
    const { success, issues } = v.safeParse(Wallet, peer);
    if (!success) throw new AnypathError('invalid_payload', issues[0].message);
    if (peer === this.wallet) throw new AnypathError('invalid_payload', 'a link goes to another wallet');
    return this.#links.get(peer) ?? this.#open(peer, true);
  }

  /** Ends every link and the connection to the server. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.removeListeners();
    for (const link of this.#links.values()) link.close();
    this.#parts.socket.close();
    this.#parts.release();
  }

  get #hasRtc(): boolean {
    return this.#parts.rtc !== false && typeof RTCPeerConnection === 'function';
  }

  #listen(socket: Socket): void {
    socket.on('session:start', (start) => {
      this.#clockOffsetMs = start.serverTime - Date.now();
      for (const link of this.#links.values()) link.socketChanged(true);
      this.emit('online', true);
    });
    socket.on('disconnect', () => {
      for (const link of this.#links.values()) link.socketChanged(false);
      for (const wallet of [...this.#devices.keys()]) this.#onPresence({ wallet, online: false, devices: [] });
      this.emit('online', false);
    });
    socket.on('session:end', (end) => this.#onSessionEnd(end));
    socket.on('connect_error', (error) => {
      const refusal = refusalOf(error);
      if (refusal) this.#end(refusal);
    });
    socket.on('presence:update', (update) => this.#hold(() => this.#onPresence(update)));
    socket.on('rtc:offer', (signal) => this.#hold(() => this.#onSignal('rtc:offer', signal)));
    socket.on('rtc:answer', (signal) => this.#hold(() => this.#onSignal('rtc:answer', signal)));
    socket.on('rtc:candidate', (signal) => this.#hold(() => this.#onSignal('rtc:candidate', signal)));
    socket.on('relay:frame', ({ from, fromDevice, frame }) => {
      this.#hold(() => this.#onFrame(from, fromDevice, bytesOf(frame)));
    });
  }

  #hold(act: () => void): void {
    if (this.#held) this.#held.push(act);
    else act();
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const act of held) act();
  }

  #onSessionEnd(end: SessionEnd): void {
    // A server that shuts down is replaced by another; the socket looks for it by itself.
    if (end.error === 'shutting_down' || !isErrorCode(end.error)) return;
    this.#end(new AnypathError(end.error, end.message));
  }

  #end(error: AnypathError): void {
    this.emit('ended', error);
    this.close();
  }

  #onPresence(update: PresenceUpdate): void {
    if (update.online) this.#devices.set(update.wallet, update.devices);
    else this.#devices.delete(update.wallet);
    this.#links.get(update.wallet)?.presenceChanged(update.devices);
    if (update.wallet !== this.wallet) this.emit('presence', update);
  }

  #onFrame(from: string, fromDevice: string, bytes: Uint8Array<ArrayBuffer>): void {
    const frame = parseFrame(bytes);
    if (!frame) return;
    // Only a message opens a link; what comes late for one that was closed does not bring it back.
    const link = frame.header.t === 'data' ? this.#linkFrom(from) : this.#links.get(from);
    link?.receive('relay', fromDevice, frame);
  }

  #onSignal<E extends SignalEvent>(event: E, signal: Forwarded<E>): void {
    const link = event === 'rtc:offer' ? this.#linkFrom(signal.from) : this.#links.get(signal.from);
    link?.signalled(event, signal);
  }

  #linkFrom(peer: string): Link | undefined {
    if (this.#isClosed || peer === this.wallet) return undefined;
    const known = this.#links.get(peer);
    if (known) return known;
    const link = this.#open(peer, false);
    this.emit('link', link);
    return link;
  }

  #open(peer: string, initiator: boolean): Link {
    const link = new Link(this.#homeOf(peer, initiator));
    this.#links.set(peer, link);
    if (this.isOnline) link.socketChanged(true);
    link.presenceChanged(this.#devices.get(peer) ?? []);
    return link;
  }

  #homeOf(peer: string, initiator: boolean): Home {
    const { socket, ice, storage, rtc } = this.#parts;
    return {
      self: { wallet: this.wallet, deviceId: this.deviceId },
      peer,
      rtc: this.#hasRtc,
      initiator,
      epoch: nextEpoch(storage),
      cursors: new CursorStore(storage, this.wallet, peer),
      serverNow: () => Date.now() + this.#clockOffsetMs,
      config: async () => ({
        ...(typeof rtc === 'object' ? rtc : {}),
        iceServers: [...(await ice.servers())],
      }),
      signal: (event, payload) => askRepeatedly(socket, event, payload),
      relay: (toDevice, frame) => ask(socket, 'relay:frame', { to: peer, toDevice, frame }),
      closed: () => void this.#links.delete(peer),
    };
  }
}

/** Socket.IO hands binary data over as `ArrayBuffer` in browsers and as `Buffer` in Node. */
const bytesOf = (frame: ArrayBuffer | Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(frame);
