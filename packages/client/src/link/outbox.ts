import { LIMITS } from '@anypath/protocol';
import type { Path } from './path.ts';

/** What is to be sent: a message, or one part of it. */
export interface Unsent {
  readonly id: string;
  readonly body: Uint8Array;
  readonly text: boolean;
  /** When the application sent it, the server's clock, Unix milliseconds. */
  readonly at: number;
  /** Which part of a long message, and of how many. */
  readonly part?: readonly [index: number, count: number];
  /** The call that the message stands for, where nobody took it. */
  readonly missed?: { readonly call: string; readonly video: boolean };
}

/** A message that the other side has not acknowledged. */
export interface Outgoing extends Unsent {
  readonly seq: number;
  /** When the application sent it, the link's own clock, milliseconds. */
  readonly queuedMs: number;
  /** Its last transmission; none while it waits for a path or for room in the window. */
  readonly sent?: { readonly path: Path; readonly ms: number };
  /** How often it was transmitted. */
  readonly tries: number;
  /** Until when the mailbox keeps it, the server's clock, Unix milliseconds; none while it is not there. */
  readonly keptUntil?: number;
}

/** The sending half of a link: numbers messages and keeps them until they are acknowledged. */
export interface Outbox {
  /** Names this sender's stream: new each time the link is opened. */
  readonly epoch: string;
  readonly nextSeq: number;
  /** Unacknowledged messages in the order of their numbers. */
  readonly waiting: readonly Outgoing[];
}

/** Appends messages. */
export function enqueued(outbox: Outbox, messages: readonly Unsent[], nowMs: number): Outbox {
  const entries = messages.map((message, index): Outgoing => {
    return { ...message, seq: outbox.nextSeq + index, queuedMs: nowMs, tries: 0 };
  });
  return { ...outbox, nextSeq: outbox.nextSeq + entries.length, waiting: [...outbox.waiting, ...entries] };
}

/** The highest number of which it is known that the other side has everything up to it. */
export const ackedThrough = (outbox: Outbox): number => (outbox.waiting[0]?.seq ?? outbox.nextSeq) - 1;

/** Whether an entry is on its way on a live path. */
const isLive = ({ sent }: Outgoing): boolean => sent !== undefined && sent.path !== 'mailbox';

/** The oldest entry that is on its way on a live path. */
export const oldestLive = (outbox: Outbox): Outgoing | undefined => outbox.waiting.find(isLive);

/** Takes back every transmission on a live path, so that what is unacknowledged goes out again. */
export const rewound = (outbox: Outbox): Outbox => takenBack(outbox, isLive);

/**
 * Takes back everything, also what the mailbox has: it may have been sealed for other devices than the one that is talked to
 * now. What comes twice is dropped over there.
 */
export const rewoundWhole = (outbox: Outbox): Outbox =>
  takenBack(outbox, (entry) => isLive(entry) || entry.keptUntil !== undefined);

/** Takes back one entry, so that it goes out again. */
export const retried = (outbox: Outbox, { seq }: Outgoing): Outbox => takenBack(outbox, (entry) => entry.seq === seq);

function takenBack(outbox: Outbox, which: (entry: Outgoing) => boolean): Outbox {
  if (!outbox.waiting.some(which)) return outbox;
  const back = (entry: Outgoing): Outgoing => {
    if (!which(entry)) return entry;
    const { sent: _, ...rest } = entry;
    return rest;
  };
  return { ...outbox, waiting: outbox.waiting.map(back) };
}

/**
 * Chooses what may be transmitted now on a live path: in order, within the window of messages and bytes.
 *
 * @param isConnecting whether signals of a new attempt are on their way
 * @returns the outbox with these marked as sent, and the messages to transmit
 */
export function transmitted(
  outbox: Outbox,
  path: Path,
  nowMs: number,
  isConnecting = false,
): { outbox: Outbox; batch: readonly Outgoing[] } {
  const window = path === 'relay' ? RELAY_WINDOW[isConnecting ? 'connecting' : 'otherwise'] : LIMITS.windowMaxMessages;
  let bytes = 0;
  let live = 0;
  return marked(outbox, path, nowMs, (entry, index) => {
    bytes += entry.body.byteLength;
    if (entry.sent?.path !== 'mailbox') live++;
    const isWithin = index < LIMITS.windowMaxMessages && live <= window;
    const fits = isWithin && (bytes <= LIMITS.windowMaxBytes || index === 0);
    return fits && !entry.sent;
  });
}

/**
 * How many messages may be on their way over the relay. What waited during a long outage leaves all at once: it leaves room for the offers and
 * answers that travel there too, and more of it while they do, because a data channel takes less of everybody's processors.
 */
const RELAY_WINDOW = { connecting: 16, otherwise: 64 } as const;

/** Chooses what goes to the mailbox now: everything that is on no way at all. */
export const mailed = (outbox: Outbox, nowMs: number): { outbox: Outbox; batch: readonly Outgoing[] } =>
  marked(outbox, 'mailbox', nowMs, ({ sent }) => !sent);

function marked(
  outbox: Outbox,
  path: Path,
  nowMs: number,
  which: (entry: Outgoing, index: number) => boolean,
): { outbox: Outbox; batch: readonly Outgoing[] } {
  const batch: Outgoing[] = [];
  const waiting = outbox.waiting.map((entry, index) => {
    if (!which(entry, index)) return entry;
    const sent: Outgoing = { ...entry, sent: { path, ms: nowMs }, tries: entry.tries + 1 };
    batch.push(sent);
    return sent;
  });
  return batch.length === 0 ? { outbox, batch } : { outbox: { ...outbox, waiting }, batch };
}

/** The mailbox has an entry, until a time. */
export const kept = (outbox: Outbox, seq: number, keptUntil: number): Outbox =>
  changed(outbox, seq, (entry) => ({ ...entry, keptUntil }));

/** The mailbox has refused an entry: it may go another way. */
export const refused = (outbox: Outbox, seq: number): Outbox =>
  changed(outbox, seq, ({ sent, ...entry }) =>
    sent?.path === 'mailbox' ? entry : { ...entry, ...(sent && { sent }) },
  );

const changed = (outbox: Outbox, seq: number, change: (entry: Outgoing) => Outgoing): Outbox => ({
  ...outbox,
  waiting: outbox.waiting.map((entry) => (entry.seq === seq ? change(entry) : entry)),
});

/** Removes what the mailbox has not kept any longer: nobody will ever acknowledge it. */
export function expired(outbox: Outbox, serverMs: number): { outbox: Outbox; gone: readonly Outgoing[] } {
  const gone = outbox.waiting.filter(({ keptUntil }) => keptUntil !== undefined && keptUntil <= serverMs);
  if (gone.length === 0) return { outbox, gone };
  return { outbox: { ...outbox, waiting: outbox.waiting.filter((entry) => !gone.includes(entry)) }, gone };
}

/**
 * Removes what was acknowledged.
 *
 * @param through everything up to this number arrived
 * @returns the outbox without it, and the messages that this acknowledgement settled
 */
export function acknowledged(outbox: Outbox, through: number): { outbox: Outbox; settled: readonly Outgoing[] } {
  const settled = outbox.waiting.filter((entry) => entry.seq <= through);
  if (settled.length === 0 || through >= outbox.nextSeq) return { outbox, settled: [] };
  return { outbox: { ...outbox, waiting: outbox.waiting.slice(settled.length) }, settled };
}
