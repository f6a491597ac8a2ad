import {
  type AckHeader,
  AnypathError,
  type DeviceList,
  type Enqueued,
  ERRORS,
  encodeFrame,
  type Frame,
  type Mail,
  toBase64Url,
} from '@anypath/protocol';
import type { LinkMemory } from '../durable/link-memory.ts';
import type { Identity } from '../e2ee/identity.ts';
import type { Arrival } from '../e2ee/sealed-channel.ts';
import type { Sealing } from '../e2ee/sealing.ts';
import { parseFrame } from '../link/parse-frame.ts';
import { type Asking, ask, askRepeatedly } from '../socket.ts';
import { electTab, goneTabs } from '../tabs.ts';
import { sendLeftovers } from './leftovers.ts';
import { Mailbox, type Turn } from './mailbox.ts';

/** What a courier works with. */
export interface CourierParts {
  readonly socket: Asking;
  readonly wallet: string;
  /** This page. */
  readonly tab: string;
  readonly identity: Identity;
  readonly deviceName: string;
  readonly memory: LinkMemory;
  readonly sealing: Sealing;
  /**
   * Brings a frame of the mailbox to its link, in its turn.
   *
   * @param turn whether it still is to be brought, when its turn comes; given up where it cannot be opened for now
   * @returns whether the mailbox may forget it at once
   * @throws AnypathError where it cannot be opened for now
   */
  take(mail: Mail, frame: () => Promise<Frame | undefined>, turn: Turn): Promise<boolean>;
  /** What earlier pages received and did not hand over. */
  restore(): Promise<void>;
  /** Another page of this browser does that, if there is any. */
  unrestored(): void;
  /** A message that an earlier page sent is in the mailbox now. */
  queued(peer: string, id: string): void;
  /** Everything has come that was in our mailbox when a reading began, see `readings`. */
  levelled(reading: number): void;
  /** The server's clock, Unix milliseconds. */
  serverNow(): number;
}

/** How often a message is sealed anew because the devices have changed meanwhile. */
const SEAL_TRIES = 4;
/** How long until what earlier pages left is tried again: doubled each time, up to the last. */
const TRY_AGAIN = { firstMs: 250, maxMs: 30_000 } as const;

/** Carries frames that are sealed: for live devices, to mailboxes, and out of our own. */
export class Courier {
  readonly #parts: CourierParts;
  readonly #mailbox: Mailbox;
  /** Messages for one wallet are sealed and sent one after the other, so that they keep their order. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** The last acknowledgement for each stream that is not sent yet, by wallet. */
  readonly #answers = new Map<string, Map<string, AckHeader>>();
  readonly #resign: () => void;
  /** What earlier pages left behind, by wallet: nothing new is sent to it before. */
  #begun: Promise<ReadonlyMap<string, Promise<void>>> | undefined;
  readonly #stop = new AbortController();

  constructor(parts: CourierParts) {
    this.#parts = parts;
    this.#mailbox = new Mailbox(
      parts.socket,
      (mail, turn) => this.#onMail(mail, turn),
      (reading) => parts.levelled(reading),
    );
    const elected = () => {
      // Where nothing can be read there is nothing to restore.
      void parts
        .restore()
        .catch(() => undefined)
        .finally(() => this.#mailbox.lead());
    };
    this.#resign = electTab(parts.wallet, elected, () => parts.unrestored());
  }

  /**
   * The connection stands: registers this device.
   *
   * @returns the devices of our wallet
   * @throws AnypathError `device_revoked`, `devices_full`; `unreachable` where the connection is lost again
   */
  async opened(): Promise<DeviceList> {
    const { socket, identity, deviceName: name } = this.#parts;
    const publicKey = toBase64Url(identity.key.publicKey);
    const registration = { publicKey, name, ...(identity.proof && { proof: identity.proof }) };
    const list = (await askRepeatedly(socket, 'devices:register', registration)) as unknown as DeviceList;
    this.#begun ??= this.#begin();
    await this.#begun;
    this.#mailbox.isOpen = true;
    return list;
  }

  /** The connection is lost. */
  lost(): void {
    this.#mailbox.isOpen = false;
  }

  close(): void {
    this.lost();
    this.#resign();
    this.#stop.abort();
  }

  /** Seals a frame for a live device. @throws AnypathError where its key cannot be had */
  async seal(peer: string, device: string, frame: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    await this.#turnOf(peer);
    return this.#parts.sealing.seal(peer, device, frame);
  }

  /** Opens a packet of a live device. @throws AnypathError `seal_broken` */
  open(peer: string, device: string, packet: Uint8Array<ArrayBuffer>): Promise<Arrival> {
    return this.#parts.sealing.open(peer, device, packet);
  }

  /** Seals a frame for all devices of a wallet, and puts it into its mailbox. @throws AnypathError with the refusal */
  async enqueue(peer: string, frame: Uint8Array<ArrayBuffer>, force: boolean): Promise<Enqueued> {
    await this.#turnOf(peer);
    return this.#enqueue(peer, frame, force);
  }

  /** Tells the sender, by its mailbox, how far a stream was received. While one is on its way, only the last is kept. */
  answer(peer: string, header: AckHeader): void {
    const answers = this.#answers.get(peer);
    if (answers) return void answers.set(header.epoch, header);
    this.#answers.set(peer, new Map([[header.epoch, header]]));
    void this.#sendAnswers(peer);
  }

  /** What our mailbox may forget. */
  forget(positions: readonly number[]): void {
    this.#mailbox.forget(positions);
  }

  /** Takes again what was left in the mailbox. */
  pullLeft(): void {
    this.#mailbox.pullLeft();
  }

  /** The server has messages for us that it does not push. */
  behind(): void {
    this.#mailbox.behind();
  }

  /** A message that the server pushed. */
  push(mail: Mail): void {
    this.#mailbox.push(mail);
  }

  /** Somebody is online who may be written to. */
  prepare(wallet: string): void {
    this.#parts.sealing.prepare(wallet);
  }

  devicesChanged(wallet: string): void {
    this.#parts.sealing.devicesChanged(wallet);
  }

  async #begin(): Promise<ReadonlyMap<string, Promise<void>>> {
    const { memory, tab, serverNow, queued } = this.#parts;
    try {
      const enqueue = (peer: string, frame: Uint8Array<ArrayBuffer>) => this.#enqueue(peer, frame, true);
      const again = (error: AnypathError, tries: number) => this.#isToBeTriedAgain(error, tries);
      return await sendLeftovers({ memory, isGone: await goneTabs(tab), enqueue, again, queued }, serverNow());
    } catch {
      // Where nothing can be read there is nothing to send.
      return new Map();
    }
  }

  /** A server that was away, or had no room, takes it later. */
  async #isToBeTriedAgain({ code }: AnypathError, tries: number): Promise<boolean> {
    if (!ERRORS[code].retry) return false;
    const { signal } = this.#stop;
    if (signal.aborted) return false;
    await new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', go);
        resolve();
      };
      const timer = setTimeout(go, Math.min(TRY_AGAIN.firstMs * 2 ** (tries - 1), TRY_AGAIN.maxMs));
      signal.addEventListener('abort', go);
    });
    return !signal.aborted;
  }

  /** Resolves when what earlier pages left for a wallet is sent. */
  async #turnOf(peer: string): Promise<void> {
    await (await this.#begun)?.get(peer);
  }

  async #enqueue(peer: string, frame: Uint8Array<ArrayBuffer>, force: boolean): Promise<Enqueued> {
    const { sealing, socket, wallet } = this.#parts;
    for (let tries = 1; ; tries++) {
      const sealed = (this.#turns.get(peer) ?? Promise.resolve()).then(async () => {
        const mail = await sealing.sealMail(peer, frame);
        // Emitted before the next one is sealed; what is waited for is the answer alone.
        return { answer: ask(socket, 'relay:enqueue', { to: peer, ...mail, keys: [...mail.keys], force }) };
      });
      this.#turns.set(
        peer,
        sealed.catch(() => undefined),
      );
      try {
        return (await (
          await sealed
        ).answer) as unknown as Enqueued;
      } catch (error) {
        const changed = error instanceof AnypathError && error.code === 'devices_changed';
        if (!changed || tries >= SEAL_TRIES) throw error;
        for (const one of [peer, wallet]) sealing.devicesChanged(one);
      }
    }
  }

  async #sendAnswers(peer: string): Promise<void> {
    const answers = this.#answers.get(peer);
    for (let next = answers?.entries().next(); next && !next.done; next = answers?.entries().next()) {
      const [epoch, header] = next.value;
      answers?.delete(epoch);
      // Its loss costs a receipt, and no message.
      await this.enqueue(peer, encodeFrame(header), true).catch(() => undefined);
    }
    this.#answers.delete(peer);
  }

  async #onMail(mail: Mail, turn: Turn): Promise<void> {
    const frame = async () => parseFrame(await this.#parts.sealing.openMail(mail));
    const done = await this.#parts.take(mail, frame, turn);
    if (done) this.#mailbox.forget([mail.position]);
  }

  /** How often it was begun to read our mailbox. */
  get readings(): number {
    return this.#mailbox.readings;
  }

  /** Whether this page takes the mail. */
  get leads(): boolean {
    return this.#mailbox.leads;
  }

  /** Whether older messages may still be in our mailbox, and come to this page. */
  get isBehind(): boolean {
    return this.#mailbox.leads && !this.#mailbox.isLevel;
  }
}
