import { AnypathError, type Mail } from '@anypath/protocol';
import { ulid } from '../ulid.ts';
import type { DeviceKey } from './device-key.ts';
import type { Directory } from './directory.ts';
import { openEnvelope, sealEnvelope } from './envelope.ts';
import { loadHandshake } from './handshake-later.ts';
import { sayHello } from './hello.ts';
import { decodeContent, encodeContent } from './packet.ts';
import { type Arrival, SealedChannel } from './sealed-channel.ts';

/** Wallets whose keys are asked for because they are online. */
const PREPARED_MAX = 64;

/** Live end points of one wallet whose sessions are kept, the latest. */
const ENDPOINTS_MAX = 8;

/** A frame that is sealed for the mailbox. */
export interface SealedMail {
  readonly id: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The devices that can open it. */
  readonly keys: readonly string[];
}

/** What is needed to seal. */
export interface SealingParts {
  /** Our wallet. */
  readonly self: string;
  readonly key: DeviceKey;
  readonly directory: Directory;
}

/** Seals and opens what this device exchanges: a channel for each live end point of another wallet, envelopes for mailboxes. */
export class Sealing {
  readonly #parts: SealingParts;
  readonly #prepared = new Set<string>();
  readonly #channels = new Map<string, Map<string, SealedChannel>>();

  constructor(parts: SealingParts) {
    this.#parts = parts;
    parts.directory.on('changed', ({ wallet, removed }) => {
      for (const channel of this.#channels.get(wallet)?.values() ?? [])
        for (const keyId of removed) channel.drop(keyId);
    });
  }

  /**
   * Seals a frame for a live device of another wallet.
   *
   * @throws AnypathError `no_devices` where the wallet has none, and what the server refuses the question for them with
   */
  seal(peer: string, device: string, frame: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return this.#channel(peer, device).outgoing(frame);
  }

  /** Opens a packet of a live device. @throws AnypathError `seal_broken` */
  open(peer: string, device: string, packet: Uint8Array<ArrayBuffer>): Promise<Arrival> {
    return this.#channel(peer, device).incoming(packet);
  }

  /** Seals a frame for all devices of another wallet and all others of ours. @throws as `seal` */
  async sealMail(peer: string, frame: Uint8Array<ArrayBuffer>): Promise<SealedMail> {
    const { self, key, directory } = this.#parts;
    const [theirs, ours] = await Promise.all([directory.keysOf(peer), directory.keysOf(self)]);
    if (theirs.length === 0) throw new AnypathError('no_devices');
    const recipients = [...theirs, ...ours.filter(({ keyId }) => keyId !== key.keyId)];
    const id = ulid();
    const content = encodeContent({ frame });
    const body = await sealEnvelope({ key, from: self, to: peer, id, recipients, content });
    return { id, body, keys: recipients.map(({ keyId }) => keyId) };
  }

  /**
   * Opens a message of our mailbox.
   *
   * @returns the frame in it
   * @throws AnypathError `seal_broken` where it will never open; another code where the sender's keys could not be asked for
   */
  async openMail({ from, to, body }: Mail): Promise<Uint8Array<ArrayBuffer>> {
    const { key, directory } = this.#parts;
    const senderKey = (keyId: string) => directory.publicKeyOf(from, keyId);
    const { content } = await openEnvelope({ key, from, to, bytes: new Uint8Array(body), senderKey });
    const frame = decodeContent(content)?.frame;
    if (!frame) throw new AnypathError('seal_broken');
    return frame;
  }

  /**
   * What a page seals and opens first takes a browser several times as long as what follows: this is done for nobody, while nobody
   * waits, and thrown away.
   */
  async warmUp(): Promise<void> {
    const { self, key } = this.#parts;
    const device = { keyId: key.keyId, publicKey: key.publicKey };
    const { hello } = await sayHello();
    const content = encodeContent({ hello });
    const bytes = await sealEnvelope({ key, from: self, to: self, id: ulid(), recipients: [device], content });
    await openEnvelope({ key, from: self, to: self, bytes, senderKey: async () => key.publicKey });
    const handshake = await loadHandshake();
    await handshake?.answerHello({ key, self, peer: self, peerKeyId: key.keyId, peerKey: key.publicKey }, hello);
  }

  /** Asks for the keys of a wallet before they are needed: the first message does not wait for them then. */
  prepare(wallet: string): void {
    if (this.#prepared.size >= PREPARED_MAX || this.#prepared.has(wallet)) return;
    this.#prepared.add(wallet);
    this.#parts.directory.keysOf(wallet).catch(() => undefined);
  }

  /** The devices of a wallet have changed: what is sealed from now on is for those that there are. */
  devicesChanged(wallet: string): void {
    this.#parts.directory.forget(wallet);
    // Sessions with a device that is gone end now, and not when something is sent next.
    if (this.#channels.has(wallet) || this.#prepared.has(wallet))
      this.#parts.directory.keysOf(wallet).catch(() => undefined);
  }

  #channel(peer: string, device: string): SealedChannel {
    const channels = this.#channels.get(peer) ?? new Map<string, SealedChannel>();
    this.#channels.set(peer, channels);
    const known = channels.get(device);
    if (known) return known;
    const { self, key, directory } = this.#parts;
    const channel = new SealedChannel({
      key,
      self,
      peer,
      recipients: () => directory.keysOf(peer),
      publicKeyOf: (keyId) => directory.publicKeyOf(peer, keyId),
    });
    channels.set(device, channel);
    // Every page of the other side is an end point of its own; a new channel to an old one begins anew.
    const [oldest] = channels.keys();
    if (channels.size > ENDPOINTS_MAX && oldest !== undefined) channels.delete(oldest);
    return channel;
  }
}
