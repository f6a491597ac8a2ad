import {
  AnypathError,
  ContactUpdate,
  type Device,
  DeviceList,
  ERRORS,
  type Forwarded,
  isErrorCode,
  type PresenceUpdate,
  type SessionEnd,
  type SessionStart,
  type SignalEvent,
  Wallet,
} from '@anypath/protocol';
import * as v from 'valibot';
import type { Connection } from './connection.ts';
import { Contacts } from './contacts.ts';
import { Devices } from './devices.ts';
import { Events } from './emitter.ts';
import { nextEpoch } from './epoch.ts';
import type { IceSource } from './ice.ts';
import { CursorStore } from './link/cursors.ts';
import { type Home, Link } from './link/link.ts';
import { parseFrame } from './link/parse-frame.ts';
import { ask, askRepeatedly } from './socket.ts';
import type { KeyValueStore } from './storage.ts';

/** WebRTC: `false` to stay on the relay, or settings for every connection. */
export type RtcOption = boolean | Pick<RTCConfiguration, 'iceTransportPolicy' | 'iceCandidatePoolSize'>;

/** What a client tells. */
export interface ClientEvents {
  /** The other side opened a link, or sent something. */
  link(link: Link): void;
  /** Somebody came, went, or changed devices; all of them go while our own connection to the server is down. */
  presence(update: PresenceUpdate): void;
  /** A contact changed: through us, another device of ours, or the other side. `none`: there is no relation any more. */
  contact(update: ContactUpdate): void;
  /** Our devices changed: one was registered, named or revoked. */
  devices(devices: readonly Device[]): void;
  /** The connection to the server came up or went down; it comes back by itself. */
  online(online: boolean): void;
  /** The connection to the server ended for good, such as `replaced` or `unauthenticated`; the client is closed then. */
  ended(error: AnypathError): void;
}

interface Parts {
  readonly connection: Connection;
  readonly ice: IceSource;
  readonly storage: KeyValueStore;
  readonly deviceId: string;
  readonly release: () => void;
  readonly rtc: RtcOption;
  readonly start: SessionStart;
}

/** A signed-in device: knows who is online and opens links. */
export class Client extends Events<ClientEvents> {
  /** Our wallet, as the server knows it. */
  readonly wallet: string;
  /** Our device. */
  readonly deviceId: string;
  /** Who may see and write to us. */
  readonly contacts: Contacts;
  /** What messages to us are sealed for. */
  readonly devices: Devices;
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
    this.contacts = new Contacts(parts.connection.socket);
    this.devices = new Devices(parts.connection.socket);
    this.#clockOffsetMs = parts.start.serverTime - Date.now();
    this.#listen(parts.connection);
    setTimeout(() => this.#release());
    // Credentials are there when the first link wants them (SPEC S6.1: after login, fetch ICE).
    if (this.#hasRtc) void parts.ice.servers();
  }

  /** Whether the connection to the server stands. */
  get isOnline(): boolean {
    return this.#parts.connection.socket.connected;
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
    this.#parts.ice.close();
    this.#parts.connection.close();
    this.#parts.release();
  }

  get #hasRtc(): boolean {
    return this.#parts.rtc !== false;
  }

  #listen(connection: Connection): void {
    const { socket } = connection;
    socket.on('session:start', (start) => {
      if (start.wallet !== this.wallet) return this.#end(new AnypathError('session_ended', SOMEBODY_ELSE));
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
    connection.on('failed', (error, isFinal) => {
      if (isFinal) this.#end(error);
    });
    socket.on('presence:update', (update) => this.#hold(() => this.#onPresence(update)));
    socket.on('contacts:update', (update) => this.#hold(() => this.#onContact(update)));
    socket.on('devices:update', (update) => this.#hold(() => this.#onOwnDevices(update)));
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
    // A server that shuts down is replaced by another; the connection looks for it by itself.
    if (!isErrorCode(end.error) || ERRORS[end.error].retry) return;
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

  #onContact(update: ContactUpdate): void {
    // A state of a newer server that this version does not know.
    if (!v.is(ContactUpdate, update)) return;
    if (update.state === 'none' || update.state === 'blocked') this.#endLink(update.wallet);
    this.emit('contact', update);
  }

  #onOwnDevices(update: DeviceList): void {
    if (v.is(DeviceList, update) && update.wallet === this.wallet) this.emit('devices', update.devices);
  }

  /** The data channel does not run through the server, so the end of a contact has to end it here. */
  #endLink(peer: string): void {
    const link = this.#links.get(peer);
    // Without devices there is no goodbye over the relay, which the server would refuse.
    link?.presenceChanged([]);
    link?.close();
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
    const { ice, storage, rtc } = this.#parts;
    const { socket } = this.#parts.connection;
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
      relay: async (toDevice, frame) => void (await ask(socket, 'relay:frame', { to: peer, toDevice, frame })),
      closed: () => void this.#links.delete(peer),
    };
  }
}

const SOMEBODY_ELSE = 'somebody else is signed in in this browser now';

/** Socket.IO hands binary data over as `ArrayBuffer` in browsers and as `Buffer` in Node. */
const bytesOf = (frame: ArrayBuffer | Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(frame);
