import type { LinkMemory } from '../durable/link-memory.ts';
import type { ArrivalPath, Cursor, Incoming } from './inbox.ts';
import { Assembly, joined } from './parts.ts';
import type { Answer, LinkEffect } from './state.ts';

/** A message of the other side, or of another device of ours. */
export interface Message {
  /** The message's identity (ULID), the same on both sides. */
  readonly id: string;
  /** The wallet that sent it. */
  readonly from: string;
  /** Text where the sender gave a string, bytes where it gave bytes. */
  readonly body: string | Uint8Array;
  /** The path on which it came. */
  readonly path: ArrivalPath;
  /** When it was sent, Unix milliseconds in the server's clock. */
  readonly sentAt: number;
  /** How long it travelled, milliseconds, as far as the two clocks agree with the server's; never below 0. */
  readonly ms: number;
  /** The call that the message stands for, where nobody took it; the body says so in English then. */
  readonly missed?: MissedCall;
}

/** A call that nobody took. */
export interface MissedCall {
  /** The call's name (ULID). */
  readonly call: string;
  /** Whether the caller wanted to be seen. */
  readonly video: boolean;
}

/** What is needed of the link's home. */
interface HandOverHome {
  readonly self: { readonly wallet: string };
  readonly peer: string;
  readonly memory: LinkMemory;
  serverNow(): number;
  forgetMail(positions: readonly number[]): void;
}

/** What a hand-over tells the link. */
interface HandOverEvents {
  /** How far earlier pages had received. */
  resumed(cursors: readonly Cursor[]): void;
  isClosed(): boolean;
  /** For the application; `own` where another device of ours sent it. */
  message(message: Message, own: boolean): void;
  answer(answer: Answer): void;
}

type Delivery = LinkEffect & { do: 'deliver' };

/** What was received and waits to be remembered, at most. */
const WAITING_MAX = 32;

const decoder = new TextDecoder();

/** Hands what a link has received to the application: remembered before, acknowledged after, one batch after the other. */
export class HandOver {
  readonly #home: HandOverHome;
  readonly #events: HandOverEvents;
  readonly #assembly = new Assembly();
  readonly #waiting: Delivery[] = [];
  /** What earlier pages had received is known. */
  readonly #resumed: Promise<void>;
  #done: Promise<void>;
  /** What is being handed over now. */
  #current: Promise<void> = Promise.resolve();

  constructor(home: HandOverHome, events: HandOverEvents) {
    this.#home = home;
    this.#events = events;
    this.#resumed = home.memory.cursors(home.peer).then(
      (cursors) => events.resumed(cursors),
      () => undefined,
    );
    this.#done = this.#resumed;
  }

  /** When what is being handed over has been, and not what waits behind it. */
  get current(): Promise<void> {
    return this.#current;
  }

  /** When everything was handed over that came so far. */
  get done(): Promise<void> {
    return this.#done;
  }

  /** When the next may come: what earlier pages had received is known, and little waits. */
  get ready(): Promise<void> {
    return this.#waiting.length < WAITING_MAX ? this.#resumed : this.#done;
  }

  /**
   * Remembered first, then handed over, then acknowledged: a page that dies in between neither loses nor repeats. At once where no other
   * page may get the same; else, what comes while something is being remembered is remembered together.
   */
  deliver(delivery: Delivery): void {
    this.#waiting.push(delivery);
    this.#done = this.#done.then(() => {
      this.#current = this.#handOver();
      return this.#current;
    });
  }

  async #handOver(): Promise<void> {
    const batch = this.#batch();
    const last = batch.at(-1);
    if (!last || this.#events.isClosed()) return;
    const messages = batch.flatMap((one) => one.messages);
    const taken = messages.length === 0 ? messages : this.#home.memory.take(this.#home.peer, last.cursor, messages);
    const fresh = taken ?? (await this.#remembered(last.cursor, messages, last.own));
    if (this.#events.isClosed()) return;
    for (const message of fresh) this.#show(message, last.own, taken === undefined);
    const positions = batch.flatMap((one) => one.positions);
    if (positions.length > 0) this.#home.forgetMail(positions);
    for (const answer of lastAnswers(batch)) this.#events.answer(answer);
  }

  /** What is next, as far as it belongs to one stream. */
  #batch(): readonly Delivery[] {
    const [first] = this.#waiting;
    const end = this.#waiting.findIndex(({ cursor, own }) => cursor.epoch !== first?.cursor.epoch || own !== first.own);
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }

  /** Hands over what an earlier page had received: one message, or one part. */
  restore(incoming: Incoming, own: boolean): void {
    this.#show(incoming, own, true);
  }

  /** @param isStored whether the message itself is: it need not be from then on */
  #show(incoming: Incoming, own: boolean, isStored: boolean): void {
    const parts = this.#assembly.add(incoming);
    if (!parts) return;
    const { memory, peer, self } = this.#home;
    if (isStored) memory.handOver(peer, parts);
    this.#events.message(this.#messageOf(parts, own ? self.wallet : peer), own);
  }

  /** Where nothing can be stored, conversations go on without the memory of a reload. */
  #remembered(cursor: Cursor, messages: readonly Incoming[], own: boolean): Promise<readonly Incoming[]> {
    const { memory, peer } = this.#home;
    return memory.commit(peer, cursor, messages, own).catch(() => messages);
  }

  #messageOf(parts: readonly Incoming[], from: string): Message {
    const { header, path } = parts[0] as Incoming;
    const body = joined(parts);
    return {
      id: header.id,
      from,
      body: header.text ? decoder.decode(body) : body,
      path,
      sentAt: header.at,
      ms: Math.max(0, this.#home.serverNow() - header.at),
      ...(header.missed && { missed: header.missed }),
    };
  }
}

/** An acknowledgement is for all before it: one for each way on which something came. */
function lastAnswers(batch: readonly Delivery[]): readonly Answer[] {
  const answers = batch.flatMap(({ answer }) => (answer ? [answer] : []));
  return [...new Map(answers.map((answer) => [`${answer.via} ${answer.toDevice}`, answer])).values()];
}
