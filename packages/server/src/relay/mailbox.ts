import { AnypathError, type Enqueue, type Enqueued, type ErrorCode, LIMITS, type Mail } from '@anypath/protocol';
import type { Bus } from '../bus/port.ts';
import type { Config } from '../config.ts';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import type { Flags } from '../flags/flags.ts';
import { InOrder } from '../in-order.ts';
import { after, type Maybe } from '../maybe.ts';
import {
  type Accepted,
  type MailboxStore,
  type MailboxUse,
  type NewMail,
  type Stored,
  WALLET_ITSELF,
  type WaitingMail,
} from '../store/mailbox-port.ts';

/** Which devices a wallet has. */
export interface RegisteredDevices {
  /** The keys of a wallet's devices, the oldest first, none of them revoked. */
  keysOf(wallet: string): Maybe<readonly string[]>;
}

/** Who sends a message. */
export interface Sender {
  readonly wallet: string;
  /** The device that sends, where it is known: it gets no copy. */
  readonly keyId: string | undefined;
  /** Whether it can and wants to use WebRTC. */
  readonly rtc: boolean;
  /** What it sends without waiting is stored in this order. */
  readonly order?: InOrder;
}

/** Who reads: a device, or a wallet without any. */
export interface Reader {
  readonly wallet: string;
  readonly keyId: string | undefined;
}

/** A message that has just been stored, and whom it waits for. */
export interface Arrival {
  readonly wallet: string;
  readonly keyIds: readonly (string | undefined)[];
  readonly mail: Mail;
}

/** The keys of the recipient's devices, and those of the sender's other ones. */
interface Keys {
  readonly theirs: readonly string[];
  readonly others: readonly string[];
}

/** A message as it is to be stored, unless it is refused. */
interface Prepared {
  readonly mail: NewMail;
  readonly refusal: AnypathError | undefined;
}

/** What a message came to: it was stored or repeated, or what it was refused with. */
export type MailOutcome = 'stored' | 'forced' | 'repeated' | ErrorCode;

/** What is counted. */
export interface MailboxCounters {
  enqueued(outcome: MailOutcome): void;
  acknowledged(messages: number): void;
  expired(messages: number): void;
}

/** What the mailbox works with. */
export interface MailboxParts {
  readonly config: Pick<Config, 'MAILBOX_TTL' | 'MAILBOX_MAX_MESSAGES' | 'MAILBOX_MAX_BYTES'>;
  readonly store: MailboxStore;
  readonly bus: Pick<Bus, 'rtcDevicesOf'>;
  readonly flags: Pick<Flags, 'isEnabled' | 'require'>;
  readonly acquaintances: Pick<Acquaintances, 'areMutual'>;
  readonly devices: RegisteredDevices;
  readonly counters: MailboxCounters;
  /** The clock, Unix time in milliseconds. */
  readonly nowMs?: () => number;
}

/** How often messages are removed whose time is over; they are not shown from their moment on. */
const EXPIRE_EVERY_MS = 5_000;
/** How many at a time; what is left waits for the next time. */
const EXPIRE_MAX = 20_000;

/** Messages that wait for a wallet until its devices have them (SPEC S5.2, S5.4). The server does not look into their bodies. */
export class Mailbox {
  readonly #parts: MailboxParts;
  readonly #quota: MailboxUse;
  readonly #nowMs: () => number;
  readonly #arrived = new Set<(arrival: Arrival) => void>();
  readonly #acknowledged = new Set<(reader: Reader, positions: readonly number[]) => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: MailboxParts) {
    this.#parts = parts;
    this.#nowMs = parts.nowMs ?? Date.now;
    const { MAILBOX_MAX_MESSAGES: messages, MAILBOX_MAX_BYTES: bytes } = parts.config;
    this.#quota = { messages, bytes };
  }

  /**
   * Stores a message. Those of one sender that follow one another without waiting keep their order.
   *
   * @returns once it is synced to disk; for a repeated message what was answered the first time
   * @throws AnypathError `invalid_payload` where it goes to the own wallet, `forbidden`, `feature_disabled`, `payload_too_large`,
   *   `rtc_available`, `no_devices`, `devices_changed`, `mailbox_full`, `store_unavailable`
   */
  async enqueue(sender: Sender, message: Enqueue): Promise<Enqueued> {
    const { counters } = this.#parts;
    try {
      const { outcome, answer } = await this.#enqueue(sender, message);
      counters.enqueued(outcome);
      return answer;
    } catch (error) {
      counters.enqueued(error instanceof AnypathError ? error.code : 'internal');
      throw error;
    }
  }

  /**
   * The oldest messages that wait for a reader.
   *
   * @param after only those behind this position
   * @throws AnypathError `store_unavailable`
   */
  async pull(
    { wallet, keyId }: Reader,
    { after = 0, max = LIMITS.pullMaxMessages }: { after?: number | undefined; max?: number | undefined },
  ): Promise<{ messages: Mail[]; more: boolean }> {
    const range = { after, maxMessages: max, maxBytes: LIMITS.pullMaxBytes, nowMs: this.#nowMs() };
    const { messages, more } = await this.#parts.store.pull(wallet, keyId ?? WALLET_ITSELF, range);
    return { messages: messages.map(mailOf), more };
  }

  /** The position of the oldest message behind another that waits for a reader. @throws AnypathError `store_unavailable` */
  firstWaiting({ wallet, keyId }: Reader, after: number): Promise<number | undefined> {
    return this.#parts.store.firstWaiting(wallet, keyId ?? WALLET_ITSELF, after);
  }

  /**
   * A reader has these messages.
   *
   * @returns how many of them had waited for it
   * @throws AnypathError `store_unavailable`
   */
  async acknowledge(reader: Reader, positions: readonly number[]): Promise<number> {
    const acked = await this.#parts.store.acknowledge(reader.wallet, reader.keyId ?? WALLET_ITSELF, positions);
    this.#parts.counters.acknowledged(acked);
    for (const listener of this.#acknowledged) listener(reader, positions);
    return acked;
  }

  /** Removes what waits for a device that is none any more. @throws AnypathError `store_unavailable` */
  async forget(wallet: string, keyId: string): Promise<void> {
    await this.#parts.store.forget(wallet, keyId);
  }

  /** @throws AnypathError `device_unknown` where a key is given that is none of the wallet's devices */
  async requireDevice(wallet: string, keyId: string | undefined): Promise<void> {
    if (keyId !== undefined && !(await this.#parts.devices.keysOf(wallet)).includes(keyId)) {
      throw new AnypathError('device_unknown', `${keyId} is no device of this wallet`);
    }
  }

  /** Calls a listener for each message, once for each mailbox that it is in, in the order of their positions. */
  onArrival(listener: (arrival: Arrival) => void): void {
    this.#arrived.add(listener);
  }

  /** Calls a listener for each acknowledgement. */
  onAcknowledged(listener: (reader: Reader, positions: readonly number[]) => void): void {
    this.#acknowledged.add(listener);
  }

  /** Removes messages whose time is over from now on. */
  start(): void {
    this.#timer ??= setInterval(() => void this.expire(), EXPIRE_EVERY_MS).unref();
  }

  /** Removes those whose time is over now. */
  async expire(): Promise<void> {
    try {
      this.#parts.counters.expired(await this.#parts.store.expire(this.#nowMs(), EXPIRE_MAX));
    } catch (error) {
      // The store has told the log; the next time may be better.
      if (!(error instanceof AnypathError)) throw error;
    }
  }

  /** Leaves the store alone from now on. */
  close(): void {
    clearInterval(this.#timer);
  }

  async #enqueue(sender: Sender, message: Enqueue): Promise<{ outcome: MailOutcome; answer: Enqueued }> {
    const order = sender.order ?? new InOrder();
    const { mail, stored } = await order.do(this.#prepared(sender, message), (prepared) => this.#put(prepared));
    if (!stored.added) return { outcome: 'repeated', answer: answerOf(mail.id, stored) };
    const { position, copyPosition } = stored.added;
    this.#tell(mail.to, mail.readers, mail, position);
    if (copyPosition !== undefined) this.#tell(mail.from, mail.copyReaders, mail, copyPosition);
    return { outcome: stored.forced ? 'forced' : 'stored', answer: answerOf(mail.id, stored) };
  }

  async #put({ mail, refusal }: Prepared): Promise<{ mail: NewMail; stored: Stored }> {
    const { store } = this.#parts;
    if (!refusal) return { mail, stored: await store.enqueue(mail, this.#quota) };
    // Whoever did not hear the first answer is told what it was.
    const stored = await store.accepted(mail.from, mail.to, mail.id);
    if (!stored) throw refusal;
    return { mail, stored };
  }

  #prepared(sender: Sender, message: Enqueue): Maybe<Prepared> {
    const { acquaintances, devices } = this.#parts;
    const { to } = message;
    if (to === sender.wallet) throw new AnypathError('invalid_payload', 'to: a message goes to another wallet');
    return after(acquaintances.areMutual(sender.wallet, to), (isMutual) => {
      this.#refuseForGood(sender, message, isMutual);
      return after(devices.keysOf(to), (theirs) =>
        after(devices.keysOf(sender.wallet), (ours) => {
          const keys = { theirs, others: ours.filter((key) => key !== sender.keyId) };
          return { mail: this.#mailFor(sender, message, keys), refusal: this.#refusalForNow(sender, message, keys) };
        }),
      );
    });
  }

  /** In this order, so that a stranger learns nothing of the other side. */
  #refuseForGood({ wallet }: Sender, { to, body }: Enqueue, isMutual: boolean): void {
    if (!isMutual) throw new AnypathError('forbidden', `${to} is not a mutual contact`);
    this.#parts.flags.require('relay.enqueue', wallet);
    if (body.byteLength > LIMITS.mailMaxBytes) {
      throw new AnypathError('payload_too_large', `a message has at most ${LIMITS.mailMaxBytes} bytes`);
    }
  }

  #refusalForNow(sender: Sender, { to, force, keys }: Enqueue, { theirs, others }: Keys): AnypathError | undefined {
    if (force !== true && this.#couldUseRtc(sender, to)) return new AnypathError('rtc_available');
    if (keys === undefined) return undefined;
    if (theirs.length === 0) return new AnypathError('no_devices', `${to} has no device`);
    const expected = new Set([...theirs, ...others]);
    const given = new Set(keys);
    const isSame = given.size === expected.size && keys.every((key) => expected.has(key));
    return isSame ? undefined : new AnypathError('devices_changed');
  }

  #couldUseRtc({ wallet, rtc }: Sender, to: string): boolean {
    const { bus, flags } = this.#parts;
    if (!rtc || bus.rtcDevicesOf(to).length === 0) return false;
    return flags.isEnabled('rtc.signal', wallet) && flags.isEnabled('rtc.signal', to);
  }

  #mailFor(sender: Sender, { to, id, body, force, keys, ttl }: Enqueue, { theirs, others }: Keys): NewMail {
    const { config } = this.#parts;
    const atMs = this.#nowMs();
    return {
      from: sender.wallet,
      to,
      id,
      body,
      forced: force === true,
      atMs,
      expiresAtMs: atMs + Math.min(ttl ?? config.MAILBOX_TTL, config.MAILBOX_TTL) * 1000,
      readers: theirs.length > 0 ? theirs : [WALLET_ITSELF],
      copyReaders: keys === undefined ? [] : others,
    };
  }

  #tell(wallet: string, readers: readonly string[], mail: NewMail, position: number): void {
    const keyIds = readers.map((reader) => (reader === WALLET_ITSELF ? undefined : reader));
    for (const listener of this.#arrived) listener({ wallet, keyIds, mail: mailOf({ ...mail, position }) });
  }
}

const answerOf = (id: string, { forced, expiresAtMs }: Accepted): Enqueued => ({ id, forced, expiresAt: expiresAtMs });

const mailOf = ({ position, id, from, to, atMs, forced, expiresAtMs, body }: WaitingMail): Mail => {
  return { position, id, from, to, at: atMs, forced, expiresAt: expiresAtMs, body };
};
