import { AnypathError, toBase64Url } from '@anypath/protocol';
import { ulid } from '../ulid.ts';
import { isSame } from './bytes.ts';
import type { DeviceKey } from './device-key.ts';
import { openEnvelope, type Recipient, sealEnvelope } from './envelope.ts';
import { loadHandshake } from './handshake-later.ts';
import { answers, type PendingHello, readWelcome, sayHello } from './hello.ts';
import {
  type Content,
  decodeContent,
  encodeContent,
  isEmptyPacket,
  PACKET,
  sessionIdOf,
  TAGGED_ID_BYTES,
} from './packet.ts';
import type { Session } from './session.ts';

/** Sessions that are kept for opening, and as many that were answered and not used yet; the oldest leave first. */
const SESSIONS_MAX = 4;
/** While a session wants to be renewed, every so many packets that come are answered with a hello. */
const HELLO_EVERY = 64;
/** Empty packets of unknown sessions, without a good packet between them, after which a new session is proposed. */
const STRAYS_MAX = 3;
const empty = new Uint8Array();

/** Whom a channel connects. */
export interface ChannelEnds {
  /** The own device. */
  readonly key: DeviceKey;
  /** Its wallet. */
  readonly self: string;
  /** The other wallet. */
  readonly peer: string;
  /** The devices of the other wallet that may be at the other end, all of them trusted. */
  recipients(): Promise<readonly Recipient[]>;
  /** The key of a device of the other wallet that is trusted, 32 bytes; `undefined` where none of that name is. */
  publicKeyOf(keyId: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** What came with a packet. */
export interface Arrival {
  /** For whoever uses the channel. */
  readonly content?: Uint8Array<ArrayBuffer>;
  /**
   * To be sent back, on the path on which the packet came. It may get lost. Where it still is being made, the content does not wait for
   * it; it fails with `seal_broken` where what it answers was not right, and is none where the code of sessions cannot be loaded.
   */
  readonly reply?: Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer> | undefined>;
}

interface Kept {
  readonly session: Session;
  /** The device at the other end. */
  readonly keyId: string;
  /** The hello that it came from, and our answer; none where the hello was ours. */
  readonly answer?: { readonly hello: string; readonly welcome: Uint8Array<ArrayBuffer> };
}

/**
 * The sealed way to one end point of another wallet: in the beginning envelopes with a hello in them, and sessions from then on. It
 * does no I/O and expects nothing of the wire: packets may be lost, repeated and overtaken.
 *
 * Who has said hello may send in the session once it has the welcome; who has answered, once a packet has come in it, and not before.
 * The initiator therefore answers a welcome with an empty packet, which means: use this session. So does whoever gets a packet of a
 * session that it does not know, as after a reload, and where it has no session either, it answers with a hello.
 *
 * An old hello that is replayed is answered once more, and that is all: the answer is sealed for an ephemeral key that is gone, so that
 * nobody can read, or write, a packet in that session; without such a packet it is never used for sending; and sessions that nobody used
 * yet cannot push out one that works. The frame that travelled with the hello arrives again, as any envelope does that is replayed:
 * recognising it by its stream and number is up to the caller.
 */
export class SealedChannel {
  readonly #ends: ChannelEnds;
  /** In use, the one for sending at the end. */
  #sessions: Kept[] = [];
  /** Answered, and not used by the other side yet. */
  #offered: Kept[] = [];
  #pending: Promise<PendingHello> | undefined;
  /** The pending hello alone in its envelope, so that asking for it again costs nothing. */
  #helloEnvelope: Promise<Uint8Array<ArrayBuffer>> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #arrivals = 0;
  #strays = 0;

  constructor(ends: ChannelEnds) {
    this.#ends = ends;
  }

  /** Whether what is sent now has forward secrecy. */
  get hasSession(): boolean {
    return this.#current !== undefined;
  }

  /**
   * Seals a content for the other side.
   *
   * @param content not empty
   * @returns one packet
   * @throws AnypathError `invalid_payload` for an empty content, `no_devices` where there is no session and nobody to seal for
   */
  async outgoing(content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    if (content.byteLength === 0) throw new AnypathError('invalid_payload', 'a content is not empty');
    if (this.#current) return this.#current.session.seal(content);
    const { hello } = await this.#hello();
    return this.#envelope({ hello, frame: content });
  }

  /**
   * Takes a packet of the other side.
   *
   * @throws AnypathError `seal_broken` for anything that a trusted device of the other side did not make for this one, and for packets
   *   of a session that came before
   */
  async incoming(packet: Uint8Array<ArrayBuffer>): Promise<Arrival> {
    if (packet[0] === PACKET.envelope) return this.#onEnvelope(packet);
    if (packet[0] === PACKET.welcome) return this.#inTurn(() => this.#onWelcome(packet));
    if (packet[0] === PACKET.session) return this.#onSession(packet);
    throw new AnypathError('seal_broken');
  }

  /** Ends every session with a device, as when it was revoked. */
  drop(keyId: string): void {
    this.#sessions = this.#sessions.filter((kept) => kept.keyId !== keyId);
    this.#offered = this.#offered.filter((kept) => kept.keyId !== keyId);
    this.#pending = undefined;
    this.#helloEnvelope = undefined;
  }

  get #current(): Kept | undefined {
    return this.#sessions.findLast(({ session }) => !session.isSpent);
  }

  async #onEnvelope(bytes: Uint8Array<ArrayBuffer>): Promise<Arrival> {
    const { key, self, peer } = this.#ends;
    const publicKeyOf = (keyId: string) => this.#publicKeyOf(keyId);
    const opened = await openEnvelope({ key, from: peer, to: self, bytes, senderKey: publicKeyOf });
    const content = decodeContent(opened.content);
    if (!content) throw new AnypathError('seal_broken');
    const { hello, frame } = content;
    const welcome = hello && this.#inTurn(() => this.#welcome(hello, opened.keyId));
    if (frame) return { content: frame, ...(welcome && { reply: welcome }) };
    const reply = await welcome;
    return { ...(reply && { reply }) };
  }

  /** The answer to a hello: the same one where it was answered before. */
  async #welcome(bytes: Uint8Array<ArrayBuffer>, keyId: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const hello = `${keyId} ${toBase64Url(bytes)}`;
    const known = [...this.#sessions, ...this.#offered].find(({ answer }) => answer?.hello === hello)?.answer;
    if (known) return known.welcome;
    const handshake = await loadHandshake();
    if (!handshake) return undefined;
    const { session, welcome } = await handshake
      .answerHello(await this.#endsWith(keyId), bytes)
      .catch((cause: unknown) => {
        // A hello with a key of small order, for example: its sender is at fault.
        throw new AnypathError('seal_broken', undefined, { cause });
      });
    this.#offered = [...this.#offered, { session, keyId, answer: { hello, welcome } }].slice(-SESSIONS_MAX);
    return welcome;
  }

  async #onWelcome(packet: Uint8Array<ArrayBuffer>): Promise<Arrival> {
    const said = readWelcome(packet);
    const pending = await this.#pending;
    if (said && pending && answers(said.sessionId, pending)) {
      const handshake = await loadHandshake();
      if (!handshake) return {};
      const session = await handshake.takeWelcome(await this.#endsWith(said.keyId), pending, packet);
      // Dropped meanwhile, with a device that was revoked.
      if ((await this.#pending) !== pending) return {};
      this.#pending = undefined;
      this.#helloEnvelope = undefined;
      this.#use({ session, keyId: said.keyId });
      return { reply: await session.seal(empty) };
    }
    // A repeated one.
    if (said && this.#sessions.some(({ session }) => isSame(session.id, said.sessionId.subarray(0, TAGGED_ID_BYTES))))
      return {};
    throw new AnypathError('seal_broken');
  }

  async #onSession(packet: Uint8Array<ArrayBuffer>): Promise<Arrival> {
    const id = sessionIdOf(packet);
    if (!id) throw new AnypathError('seal_broken');
    const kept = [...this.#sessions, ...this.#offered].find(({ session }) => isSame(session.id, id));
    if (!kept) return this.#onStray(packet);
    const content = await kept.session.open(packet);
    this.#strays = 0;
    // The first packet in a session that we answered, or an empty one, says that it is to be used.
    const isOffered = this.#offered.includes(kept);
    if (isOffered || (content.byteLength === 0 && this.#sessions.includes(kept))) this.#use(kept);
    const reply = await this.#renewal();
    return { ...(content.byteLength > 0 && { content }), ...(reply && { reply }) };
  }

  /** The other side uses a session that is not known here: tells it how to go on. */
  async #onStray(packet: Uint8Array<ArrayBuffer>): Promise<Arrival> {
    const current = this.#current;
    if (!current) return { reply: await this.#helloAlone() };
    if (!isEmptyPacket(packet)) return { reply: await current.session.seal(empty) };
    // It may be the answer to such an answer: then neither knows the other's session.
    if (++this.#strays < STRAYS_MAX) return {};
    this.#strays = 0;
    return { reply: await this.#helloAlone() };
  }

  async #renewal(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!this.#current?.session.wantsRenewal || this.#arrivals++ % HELLO_EVERY !== 0) return undefined;
    return this.#helloAlone();
  }

  #use(kept: Kept): void {
    this.#offered = this.#offered.filter((other) => other !== kept);
    this.#sessions = [...this.#sessions.filter((other) => other !== kept), kept].slice(-SESSIONS_MAX);
  }

  async #hello(): Promise<PendingHello> {
    this.#pending ??= sayHello();
    return this.#pending;
  }

  #helloAlone(): Promise<Uint8Array<ArrayBuffer>> {
    this.#helloEnvelope ??= this.#hello()
      .then(({ hello }) => this.#envelope({ hello }))
      .catch((error: unknown) => {
        this.#helloEnvelope = undefined;
        throw error;
      });
    return this.#helloEnvelope;
  }

  async #envelope(content: Content): Promise<Uint8Array<ArrayBuffer>> {
    const { key, self, peer } = this.#ends;
    const recipients = await this.#ends.recipients();
    return sealEnvelope({ key, from: self, to: peer, id: ulid(), recipients, content: encodeContent(content) });
  }

  async #endsWith(peerKeyId: string) {
    const peerKey = await this.#publicKeyOf(peerKeyId);
    if (!peerKey) throw new AnypathError('seal_broken');
    return { ...this.#ends, peerKeyId, peerKey };
  }

  /** Never the own device: what it sealed itself must not come back as another's. */
  async #publicKeyOf(keyId: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return keyId === this.#ends.key.keyId ? undefined : this.#ends.publicKeyOf(keyId);
  }

  /** Handshakes one after the other: a repeated hello, or welcome, finds what the first one left. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(task, task);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
