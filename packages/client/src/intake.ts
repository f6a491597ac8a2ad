import { type AckHeader, AnypathError, encodeFrame, type Frame, LIMITS, type Mail } from '@anypath/protocol';
import type { LinkMemory } from './durable/link-memory.ts';
import type { Arrival as SealedArrival } from './e2ee/sealed-channel.ts';
import { hasReceived } from './link/inbox.ts';
import type { Link } from './link/link.ts';
import { parseFrame } from './link/parse-frame.ts';
import type { Via } from './link/path.ts';
import type { Courier } from './mail/courier.ts';
import type { Turn } from './mail/mailbox.ts';
import { goneTabs } from './tabs.ts';

/** What an intake needs from the client that it belongs to. */
export interface IntakeParts {
  /** Our wallet. */
  readonly wallet: string;
  /** This page. */
  readonly tab: string;
  readonly memory: LinkMemory;
  /** Does something once there is a courier. */
  post(act: (courier: Courier) => void): void;
  /** Does something once the application could add its listeners. */
  hold(act: () => void): void;
  isClosed(): boolean;
  /** The link to a wallet, where there is one. */
  linkOf(peer: string): Link | undefined;
  /** The link to a wallet; opened where there is none, unless the client is closed. */
  linkFrom(peer: string): Link | undefined;
  /** Hands a sealed frame to the live relay. */
  relay(peer: string, device: string, packet: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Something could not be opened, and is gone. */
  dropped(peer: string, error: AnypathError): void;
}

/** A frame of a live device, opened. */
interface LiveFrame {
  readonly via: Via;
  readonly from: string;
  readonly fromDevice: string;
  readonly frame: Frame;
}

/** Opens what comes, live and from our mailbox, and brings it to its link: what is of one wallet, one after the other. */
export class Intake {
  readonly #parts: IntakeParts;
  /** Live messages of new streams, while older messages may be in our mailbox; with how often it was read, or begun to be, before each. */
  readonly #ahead: { readonly live: LiveFrame; readonly readings: number }[] = [];
  readonly #turns = new Map<string, Promise<void>>();
  /** Live packets that wait until what earlier pages left has its turn; none once it has. */
  #early: (() => void)[] | undefined = [];

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** A sealed frame of a live device. */
  packet(via: Via, from: string, fromDevice: string, packet: Uint8Array<ArrayBuffer>): void {
    const take = async (courier: Courier, opening: Promise<SealedArrival>) => {
      const { content, reply } = await opening;
      const replied = this.#reply(via, from, fromDevice, reply);
      // Waited for below.
      replied.catch(() => undefined);
      const frame = content && parseFrame(content);
      if (frame) await this.#onFrame(courier, { via, from, fromDevice, frame });
      await replied;
    };
    // Mail takes the same way to its turn: neither overtakes the other.
    this.#parts.post((courier) => {
      // Opened at once, beside what came before it, and taken behind that.
      const opening = courier.open(from, fromDevice, packet);
      opening.catch(() => undefined);
      const inTurn = () => this.#inTurn(from, () => take(courier, opening));
      if (this.#early) this.#early.push(inTurn);
      else inTurn();
    });
  }

  /**
   * What was in the mailbox when a reading began has come: what came live before that has its turn.
   *
   * @param reading how many had begun then, with this one
   */
  levelled(reading: number): void {
    // They came in this order.
    const end = this.#ahead.findIndex(({ readings }) => readings >= reading);
    const due = this.#ahead.splice(0, end < 0 ? this.#ahead.length : end);
    this.#parts.post((courier) => {
      for (const { live } of due) this.#inTurn(live.from, () => this.#onFrame(courier, live, true));
    });
  }

  /**
   * A message of our mailbox. Opened at once, beside those before it, and taken behind them.
   *
   * @param courier who brings it
   * @param turn whether it still is to be taken, when its turn comes; given up where it cannot be opened for now
   * @returns whether the mailbox may forget it at once; a message is forgotten when it was handed over
   * @throws AnypathError where it cannot be opened for now
   */
  mail(courier: Courier, mail: Mail, open: () => Promise<Frame | undefined>, turn: Turn): Promise<boolean> {
    const own = mail.from === this.#parts.wallet;
    const peer = own ? mail.to : mail.from;
    const opening = open();
    // Waited for in its turn.
    opening.catch(() => undefined);
    return new Promise((resolve, reject) => {
      const take = async () => {
        if (!turn.isMine()) return resolve(false);
        try {
          const frame = await opening;
          resolve(frame === undefined || !(await this.#takeMail(courier, mail.position, peer, own, frame)));
        } catch (error) {
          // What will never open is dropped; what could not be checked for now comes again.
          const isBroken = error instanceof AnypathError && error.code === 'seal_broken';
          if (!isBroken) {
            // Before the next one of the same wallet has its turn.
            turn.giveUp();
            return reject(error);
          }
          resolve(true);
          throw error;
        }
      };
      this.#parts.hold(() => this.#inTurn(peer, take));
    });
  }

  /** What earlier pages of this browser received and did not hand over comes before everything else. */
  async restore(): Promise<void> {
    const { memory, tab, hold, linkFrom } = this.#parts;
    try {
      for (const { peer, own, message } of await memory.unread(await goneTabs(tab))) {
        hold(() => this.#inTurn(peer, async () => linkFrom(peer)?.restore(message, own)));
      }
    } finally {
      hold(() => this.unrestored());
    }
  }

  /** There is nothing of earlier pages to be waited for. */
  unrestored(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const take of early) take();
  }

  /** @param isDue whether it has waited for the mailbox */
  async #onFrame(courier: Courier, live: LiveFrame, isDue = false): Promise<void> {
    const { via, from, fromDevice, frame } = live;
    const { header } = frame;
    const ack = await this.#known(from, frame);
    if (ack) return this.#acknowledge(courier, from, fromDevice, ack);
    const link = opensLink(frame) ? this.#parts.linkFrom(from) : this.#parts.linkOf(from);
    await link?.ready;
    // Its sender may have put older messages into our mailbox, before a reload over there.
    if (link && header.t === 'data' && !isDue && courier.isBehind && !link.knows(header.epoch)) {
      const { readings } = courier;
      if (this.#ahead.length < LIMITS.windowMaxMessages) this.#ahead.push({ live, readings });
      return;
    }
    link?.receive(via, fromDevice, frame);
  }

  /** What has come before, and comes again after its link was closed, does not open another. @returns what to acknowledge then */
  async #known(peer: string, { header }: Frame): Promise<AckHeader | undefined> {
    if (header.t !== 'data' || this.#parts.linkOf(peer)) return undefined;
    const { epoch, seq } = header;
    const cursors = await this.#parts.memory.cursors(peer).catch(() => []);
    const cursor = cursors.find((one) => one.epoch === epoch);
    return cursor && hasReceived(cursor, seq) ? { t: 'ack', epoch, through: cursor.through, seq } : undefined;
  }

  async #acknowledge(courier: Courier, peer: string, device: string, ack: AckHeader): Promise<void> {
    const packet = await courier.seal(peer, device, encodeFrame(ack));
    await this.#parts.relay(peer, device, packet).catch(() => undefined);
  }

  async #reply(via: Via, peer: string, device: string, reply: SealedArrival['reply']): Promise<void> {
    const packet = await reply;
    if (!packet) return;
    const link = this.#parts.linkOf(peer);
    if (via === 'rtc' && link) return link.reply(packet);
    void this.#parts.relay(peer, device, packet).catch(() => undefined);
  }

  /** @returns whether the link has it in its hands, and says when it may be forgotten */
  async #takeMail(courier: Courier, position: number, peer: string, own: boolean, frame: Frame): Promise<boolean> {
    const { linkFrom, linkOf, isClosed } = this.#parts;
    const isData = frame.header.t === 'data';
    // Every page of this browser hears of acknowledgements, one of them takes the messages.
    if (isData && !courier.leads) return true;
    const ack = await this.#known(peer, frame);
    if (ack) {
      if (!own) courier.answer(peer, ack);
      return false;
    }
    const link = isData ? linkFrom(peer) : linkOf(peer);
    await link?.ready;
    link?.receiveMail(position, own, frame);
    // A client that was closed meanwhile hands nothing over: it stays in the mailbox for the next one.
    return isData && (isClosed() || link !== undefined);
  }

  #inTurn(peer: string, task: () => Promise<void>): void {
    const before = this.#turns.get(peer) ?? Promise.resolve();
    const done = before.then(task).catch((error: unknown) => {
      if (!(error instanceof AnypathError)) throw error;
      if (!this.#parts.isClosed()) this.#parts.dropped(peer, error);
    });
    this.#turns.set(peer, done);
    void done.finally(() => {
      if (this.#turns.get(peer) === done) this.#turns.delete(peer);
    });
  }
}

/** Only a beginning opens a link: what comes late for one that was closed does not bring it back. */
const opensLink = ({ header }: Frame): boolean =>
  header.t === 'data' ||
  (header.t === 'call' && header.say === 'ring') ||
  (header.t === 'stream' && header.offset === 0);
