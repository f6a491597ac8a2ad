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
import type { Desk } from './call/calls.ts';
import type { Connection } from './connection.ts';
import { Contacts } from './contacts.ts';
import type { Credentials } from './credentials.ts';
import { Devices } from './devices.ts';
import type { DurableStore } from './durable/durable-store.ts';
import type { BrowserStore } from './durable/indexed-db.ts';
import { LinkMemory } from './durable/link-memory.ts';
import { type DevicesChanged, Directory, type KeyRefused } from './e2ee/directory.ts';
import { forgetIdentity, identityOf } from './e2ee/identity.ts';
import { pinsOn } from './e2ee/pins.ts';
import { isProof } from './e2ee/proof.ts';
import { Sealing } from './e2ee/sealing.ts';
import { Events } from './emitter.ts';
import { nextEpoch } from './epoch.ts';
import { listenForHints } from './hints.ts';
import { Intake } from './intake.ts';
import { Later } from './later.ts';
import type { Home } from './link/home.ts';
import { Link } from './link/link.ts';
import { Courier } from './mail/courier.ts';
import type { Network } from './network/network.ts';
import type { NetworkPreset } from './network/preset.ts';
import { retryDelayMs } from './retry-delay.ts';
import { loadRtc } from './rtc/negotiator-later.ts';
import { ask, askRepeatedly } from './socket.ts';
import { type KeyValueStore, lenient } from './storage.ts';

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
  /** Our own devices have changed. */
  devices(devices: readonly Device[]): void;
  /**
   * The devices of another wallet have changed: a key that its wallet did not sign is new, or one is gone. Whoever wants to be
   * sure compares the safety number with the other side.
   */
  identity(change: DevicesChanged): void;
  /** A key of another wallet is not used: the server changed it, or it lacks a signature that it should have. */
  refused(refusal: KeyRefused): void;
  /** A message that an earlier page of this browser sent, and that was not through when it went away, is kept by the server now. */
  queued(peer: string, id: string): void;
  /** Something came that could not be opened, and was dropped. */
  dropped(peer: string, error: AnypathError): void;
  /** The connection to the server came up or went down; it comes back by itself. */
  online(online: boolean): void;
  /** The connection to the server ended for good, such as `replaced` or `unauthenticated`; the client is closed then. */
  ended(error: AnypathError): void;
}

interface Parts {
  readonly url: string;
  readonly credentials: Credentials;
  readonly connection: Connection;
  readonly network: Network;
  readonly storage: KeyValueStore;
  readonly durable: DurableStore;
  /** Finds out whether other pages use it, too; it is nobody's business where the application brought the store. */
  readonly company: BrowserStore['company'] | undefined;
  readonly deviceName: string;
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
  /** Our devices, for which messages are sealed. */
  readonly devices: Devices;
  /** @internal Settled when the device is registered for the first time. */
  readonly ready: Promise<void>;
  readonly #parts: Parts;
  /** What connections of WebRTC need beside a link: with the code of data channels, once that is there. */
  readonly #rtc = new Later(() => this.#equip());
  readonly #links = new Map<string, Link>();
  readonly #devices = new Map<string, readonly string[]>();
  /** Who was online when the connection was replaced without a break, and was not told again yet. */
  #unconfirmed: Set<string> = new Set();
  #clockOffsetMs: number;
  #isClosed = false;
  /** What arrives before the caller of `connect` could add its listeners; none once it could. */
  #held: (() => void)[] | undefined = [];
  readonly #directory: Directory;
  readonly #memory: LinkMemory;
  readonly #desk: Desk = { current: undefined };
  #courier: Promise<Courier>;
  #keyId = '';
  readonly #intake: Intake;
  readonly #unhint: () => void;

  /** @internal Clients are made by `connect`. */
  constructor(parts: Parts) {
    super();
    this.#parts = parts;
    this.wallet = parts.start.wallet;
    this.deviceId = parts.deviceId;
    this.contacts = new Contacts(parts.connection.socket);
    this.devices = new Devices(parts.connection.socket);
    this.#clockOffsetMs = parts.start.serverTime - Date.now();
    const own = { wallet: this.wallet, tab: this.deviceId };
    const stores = { durable: parts.durable, marks: marksOr(parts.storage), company: parts.company };
    this.#memory = new LinkMemory(stores, own, () => undefined);
    this.#directory = new Directory({
      self: this.wallet,
      fetch: async (wallet) => ({ wallet, devices: [...(await this.devices.of(wallet))] }),
      isProof,
      pins: pinsOn(parts.durable, this.wallet),
    });
    this.#directory.on('changed', (change) => {
      if (change.wallet !== this.wallet) this.emit('identity', change);
    });
    this.#directory.on('refused', (refusal) => this.emit('refused', refusal));
    this.#intake = new Intake({
      ...own,
      memory: this.#memory,
      post: (act) => this.#post(act),
      hold: (act) => this.#hold(act),
      isClosed: () => this.#isClosed,
      linkOf: (peer) => this.#links.get(peer),
      linkFrom: (peer) => this.#linkFrom(peer),
      relay: async (to, toDevice, frame) =>
        void (await ask(parts.connection.socket, 'relay:frame', { to, toDevice, frame })),
      dropped: (peer, error) => this.emit('dropped', peer, error),
    });
    this.#courier = this.#hire();
    this.#listen(parts.connection);
    parts.network.on('changed', () => {
      for (const link of this.#links.values()) link.networkChanged(parts.network.keepaliveMs);
    });
    this.#unhint = listenForHints(
      () => this.reconnect(),
      () => parts.network.forget(),
      () => this.#memory.hurry(),
    );
    this.ready = this.#begin();
    // Credentials are there when the first link wants them (SPEC S6.1: after login, fetch ICE).
    if (this.#hasRtc) this.#rtc.use(({ ice }) => void ice.servers());
    if (this.#hasRtc) this.ready.then(async () => (await loadRtc()).warmUp()).catch(() => undefined);
  }

  /** Which of `devices` this one is: all tabs of a browser are the same. */
  get keyId(): string {
    return this.#keyId;
  }

  /** Whether the connection to the server stands. */
  get isOnline(): boolean {
    return this.#parts.connection.socket.connected;
  }

  /** The class of the network that this device is in: as observed so far, or as `connect` was told. */
  get network(): NetworkPreset {
    return this.#parts.network.preset;
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

  /**
   * The number for two people to compare, aloud or on paper: the same on both sides where nobody has put in a key of their own.
   *
   * @returns 60 digits in groups of 5
   * @throws AnypathError `forbidden` for a wallet that is no contact, `unreachable`
   */
  safetyNumber(peer: string): Promise<string> {
    return this.#directory.safetyNumber(peer);
  }

  /**
   * Says that the network may have changed: every path is looked at, and the server is looked for at once where it is not there.
   * It is noticed without this, too, a moment later.
   */
  reconnect(): void {
    if (this.#isClosed) return;
    this.#parts.connection.look();
    for (const link of this.#links.values()) link.doubt();
  }

  /** Ends every link and the connection to the server. Messages that wait go out when this device is back. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.removeListeners();
    this.#unhint();
    this.#memory.close();
    const goodbyes = [...this.#links.values()].map((link) => link.leave());
    this.#post((courier) => courier.close());
    this.#rtc.useIfAny(({ ice }) => ice.close());
    void Promise.all(goodbyes).then(() => {
      this.#parts.connection.close();
      this.#parts.release();
    });
  }

  async #equip() {
    const { url, credentials } = this.#parts;
    const { IceSource, observed, ordered } = await loadRtc();
    const ice = new IceSource(url, credentials);
    ice.on('renewed', () => {
      for (const link of this.#links.values()) link.renewed();
    });
    return { ice, observed, ordered };
  }

  get #hasRtc(): boolean {
    return this.#parts.rtc !== false;
  }

  /** Finds out who this device is, and with that who can carry what it sends. */
  async #hire(): Promise<Courier> {
    const { durable, deviceName, connection } = this.#parts;
    const identity = await identityOf(durable, this.wallet);
    this.#keyId = identity.key.keyId;
    const sealing = new Sealing({ self: this.wallet, key: identity.key, directory: this.#directory });
    // What cannot be done is told where it is needed.
    sealing.warmUp().catch(() => undefined);
    const courier: Courier = new Courier({
      socket: connection.socket,
      wallet: this.wallet,
      tab: this.deviceId,
      identity,
      deviceName,
      memory: this.#memory,
      sealing,
      take: (mail, frame, turn) => this.#intake.mail(courier, mail, frame, turn),
      restore: () => this.#intake.restore(),
      unrestored: () => this.#intake.unrestored(),
      levelled: (reading) => this.#intake.levelled(reading),
      queued: (peer, id) => this.#hold(() => this.emit('queued', peer, id)),
      serverNow: () => this.#serverNow(),
    });
    return courier;
  }

  /** Does something once it is known who this device is; where that fails, `ready` tells. */
  #post(act: (courier: Courier) => void): void {
    this.#courier.then(act).catch((error: unknown) => {
      if (!(error instanceof AnypathError)) throw error;
    });
  }

  async #begin(): Promise<void> {
    try {
      await this.#onStart();
    } finally {
      // The caller of `connect` adds its listeners first.
      setTimeout(() => this.#release());
    }
  }

  /** On every connection: this device is announced before anything is sent that is sealed by it. */
  async #onStart(): Promise<void> {
    const { socket } = this.#parts.connection;
    const { id } = socket;
    const courier = await this.#courier;
    const { devices } = await courier.opened().catch((error: unknown) => this.#onRefused(error));
    if (this.#isClosed || socket.id !== id) return;
    this.emit('devices', devices);
    // All who are online have been told by now.
    for (const wallet of this.#unconfirmed) this.#onPresence({ wallet, online: false, devices: [] });
    for (const link of this.#links.values()) link.settled();
  }

  #listen(connection: Connection): void {
    const { socket } = connection;
    socket.on('session:start', (start) => {
      if (start.wallet !== this.wallet) return this.#end(new AnypathError('session_ended', SOMEBODY_ELSE));
      this.#clockOffsetMs = start.serverTime - Date.now();
      this.#unconfirmed = new Set(this.#devices.keys());
      this.#post((courier) => courier.lost());
      for (const link of this.#links.values()) link.socketChanged(true);
      this.emit('online', true);
      this.#register(0);
    });
    socket.on('disconnect', () => {
      this.#post((courier) => courier.lost());
      for (const link of this.#links.values()) link.socketChanged(false);
      for (const wallet of [...this.#devices.keys()]) this.#onPresence({ wallet, online: false, devices: [] });
      this.emit('online', false);
    });
    socket.on('devices:update', (update) => {
      this.#post((courier) => {
        courier.devicesChanged(update.wallet);
        this.#links.get(update.wallet)?.keysChanged();
      });
      this.#hold(() => this.#onOwnDevices(update));
    });
    socket.on('relay:message', (mail) => {
      const whole = { ...mail, body: bytesOf(mail.body) };
      this.#post((courier) => courier.push(whole));
    });
    socket.on('session:end', (end) => this.#onSessionEnd(end));
    connection.on('failed', (error, isFinal) => {
      if (isFinal) this.#end(error);
    });
    socket.on('presence:update', (update) => this.#hold(() => this.#onPresence(update)));
    socket.on('contacts:update', (update) => this.#hold(() => this.#onContact(update)));
    socket.on('rtc:offer', (signal) => this.#hold(() => this.#onSignal('rtc:offer', signal)));
    socket.on('rtc:answer', (signal) => this.#hold(() => this.#onSignal('rtc:answer', signal)));
    socket.on('rtc:candidate', (signal) => this.#hold(() => this.#onSignal('rtc:candidate', signal)));
    socket.on('relay:frame', ({ from, fromDevice, frame, behind }) => {
      if (behind) this.#post((courier) => courier.behind());
      this.#hold(() => this.#intake.packet('relay', from, fromDevice, bytesOf(frame)));
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

  /** A key that was revoked is refused for good; the next sign-in begins as a new device. */
  async #onRefused(error: unknown): Promise<never> {
    if (error instanceof AnypathError && error.code === 'device_revoked') {
      await forgetIdentity(this.#parts.durable, this.wallet, this.#keyId);
    }
    throw error;
  }

  /** @param tries how often the server could not do it on this connection */
  #register(tries: number): void {
    const { socket } = this.#parts.connection;
    const { id } = socket;
    this.#onStart().catch((error: unknown) => {
      if (!(error instanceof AnypathError)) throw error;
      if (!ERRORS[error.code].retry) return this.#end(error);
      // A connection that ends meanwhile is no failure: the next one registers again.
      const again = () => {
        if (!this.#isClosed && socket.connected && socket.id === id) this.#register(tries + 1);
      };
      setTimeout(again, retryDelayMs(error.code, tries));
    });
  }

  #end(error: AnypathError): void {
    if (error.code === 'device_revoked') void this.#onRefused(error).catch(() => undefined);
    // Nothing more is said on it: it may be somebody else's.
    this.#parts.connection.close();
    this.emit('ended', error);
    this.close();
  }

  #onPresence(update: PresenceUpdate): void {
    this.#unconfirmed.delete(update.wallet);
    if (update.online) {
      this.#devices.set(update.wallet, update.devices);
      if (update.wallet !== this.wallet) this.#post((courier) => courier.prepare(update.wallet));
    }
    if (!update.online) this.#devices.delete(update.wallet);
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
    if (this.isOnline) this.ready.then(() => link.settled()).catch(() => undefined);
    return link;
  }

  #homeOf(peer: string, initiator: boolean): Home {
    const { network, storage, rtc } = this.#parts;
    const { socket } = this.#parts.connection;
    return {
      self: { wallet: this.wallet, deviceId: this.deviceId },
      peer,
      rtc: this.#hasRtc,
      initiator,
      epoch: nextEpoch(storage),
      memory: this.#memory,
      desk: this.#desk,
      serverNow: () => this.#serverNow(),
      config: async () => {
        const { ice, ordered } = await this.#rtc.load();
        const iceServers = ordered(await ice.servers(), network.preset);
        return { iceServers, ...(typeof rtc === 'object' ? rtc : {}) };
      },
      keepaliveMs: () => network.keepaliveMs,
      signal: async (event, payload) => void (await askRepeatedly(socket, event, payload)),
      seal: async (toDevice, frame) => (await this.#courier).seal(peer, toDevice, frame),
      relay: async (toDevice, frame) => void (await ask(socket, 'relay:frame', { to: peer, toDevice, frame })),
      relayUnanswered: (toDevice, frame) => socket.send('relay:frame', { to: peer, toDevice, frame }),
      rtcPacket: (fromDevice, packet) => this.#intake.packet('rtc', peer, fromDevice, packet),
      enqueue: async (frame, force) => (await this.#courier).enqueue(peer, frame, force),
      answerByMail: (header) => this.#post((courier) => courier.answer(peer, header)),
      forgetMail: (positions) => this.#post((courier) => courier.forget(positions)),
      listened: () => this.#post((courier) => courier.pullLeft()),
      check: () => this.#parts.connection.check(),
      reconnect: () => this.reconnect(),
      report: (report) => {
        this.#rtc.use(({ ice, observed }) => {
          network.learn((before) => observed(before, report, ice.hasTurn));
          const { provider } = ice;
          const whole = { ...report, network: network.preset, ...(provider && { provider }) };
          // An operator may not want them: that is no matter of the conversation.
          void ask(socket, 'rtc:report', whole).catch(() => undefined);
        });
      },
      closed: () => void this.#links.delete(peer),
    };
  }

  #serverNow(): number {
    return Date.now() + this.#clockOffsetMs;
  }
}

/** What must be written at once survives the tab where the browser has a place for that. */
function marksOr(storage: KeyValueStore): KeyValueStore {
  try {
    return lenient(globalThis.localStorage ?? storage);
  } catch {
    return storage;
  }
}

const SOMEBODY_ELSE = 'somebody else is signed in in this browser now';

/** Socket.IO hands binary data over as `ArrayBuffer` in browsers and as `Buffer` in Node. */
const bytesOf = (frame: ArrayBuffer | Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(frame);
