import { type DataHeader, LIMITS } from '@anypath/protocol';
import type { Via } from './path.ts';

/** Numbers from one to another, both included. */
type Span = readonly [from: number, to: number];

/** How far a stream was received. Kept across reloads, so that nothing is shown twice. */
export interface Cursor {
  readonly epoch: string;
  /** Everything up to this number was handed to the application, or is among `skipped`. */
  readonly through: number;
  /** What went to another device of ours, as far as the sender knows. Where it comes here after all, it is taken. */
  readonly skipped: readonly Span[];
}

/** A message, or one part of it, as it arrived. */
export interface Incoming {
  readonly header: DataHeader;
  readonly body: Uint8Array;
  /** How it came, as the receipt of the sender will say. */
  readonly path: ArrivalPath;
  /** Where it stands in our mailbox, if it came from there. */
  readonly position?: number;
}

/** The path on which a message came. */
export type ArrivalPath = 'direct' | 'turn' | 'relay' | 'mailbox';

/** How a frame came: on a live path, or from the mailbox. */
export type Arrival = Via | 'mailbox';

/** The receiving half of one stream: puts in order, drops what it has seen. */
export interface Inbox extends Cursor {
  /** Arrived before something that is still missing. */
  readonly early: ReadonlyMap<number, Incoming>;
}

/** What becomes of an arrival. */
interface Reception {
  readonly inbox: Inbox;
  /** For the application, in order. */
  readonly ready: readonly Incoming[];
  /** Whether the sender is to be told how far we are; not beyond the window. */
  readonly answer: boolean;
  /** Whether it was known already. */
  readonly known: boolean;
}

const noneEarly: ReadonlyMap<number, Incoming> = new Map();
/** Gaps that are remembered for one stream, the latest. */
const SKIPPED_MAX = 16;

/** Starts from what an earlier page of this device had received. */
export const resumed = (cursor: Cursor): Inbox => ({ ...cursor, early: noneEarly });

/** What of an inbox is kept across reloads. */
export const cursorOf = ({ epoch, through, skipped }: Inbox): Cursor => ({ epoch, through, skipped });

/** Whether a number was received. */
export const hasReceived = ({ through, skipped }: Cursor, seq: number): boolean =>
  seq <= through && !skipped.some(([from, to]) => seq >= from && seq <= to);

/**
 * Takes a message in.
 *
 * @param inbox what was received of that stream; none at its first message
 * @param arrival the message
 * @returns the new inbox, the messages that are now in order, and whether to acknowledge
 */
export function received(inbox: Inbox | undefined, arrival: Incoming): Reception {
  const { seq, epoch, acked } = arrival.header;
  const before = inbox ?? { epoch, through: 0, skipped: [], early: noneEarly };
  const { inbox: current, ready } = settledUpTo(before, acked);
  if (hasReceived(current, seq) || current.early.has(seq)) return { inbox: current, ready, answer: true, known: true };
  if (seq <= current.through) {
    const late = { ...current, skipped: without(current.skipped, seq) };
    return { inbox: late, ready: [...ready, arrival], answer: true, known: false };
  }
  if (seq > current.through + LIMITS.windowMaxMessages) return { inbox: current, ready, answer: false, known: false };
  const next = inOrder({ ...current, early: new Map(current.early).set(seq, arrival) });
  return { inbox: next.inbox, ready: [...ready, ...next.ready], answer: true, known: false };
}

/**
 * What the sender knows to be acknowledged reached this device before its memory began, or another device: it is not waited
 * for. What of it is here already is handed over.
 */
function settledUpTo(inbox: Inbox, acked: number): { inbox: Inbox; ready: Incoming[] } {
  if (acked <= inbox.through) return { inbox, ready: [] };
  const ready: Incoming[] = [];
  const skipped: Span[] = [...inbox.skipped];
  const here = [...inbox.early.keys()].filter((seq) => seq <= acked).sort((a, b) => a - b);
  let next = inbox.through + 1;
  for (const seq of here) {
    if (seq > next) skipped.push([next, seq - 1]);
    ready.push(inbox.early.get(seq) as Incoming);
    next = seq + 1;
  }
  if (next <= acked) skipped.push([next, acked]);
  const early = new Map([...inbox.early].filter(([seq]) => seq > acked));
  const rest = inOrder({ ...inbox, through: acked, skipped: skipped.slice(-SKIPPED_MAX), early });
  return { inbox: rest.inbox, ready: [...ready, ...rest.ready] };
}

/** Takes what has its turn out of `early`. */
function inOrder(inbox: Inbox): { inbox: Inbox; ready: Incoming[] } {
  const early = new Map(inbox.early);
  const ready: Incoming[] = [];
  let { through } = inbox;
  for (let next = early.get(through + 1); next; next = early.get(through + 1)) {
    early.delete(++through);
    ready.push(next);
  }
  return { inbox: ready.length === 0 ? inbox : { ...inbox, through, early }, ready };
}

/** The spans without one number. */
const without = (spans: readonly Span[], seq: number): Span[] =>
  spans.flatMap(([from, to]): Span[] => {
    if (seq < from || seq > to) return [[from, to]];
    const parts: Span[] = [
      [from, seq - 1],
      [seq + 1, to],
    ];
    return parts.filter(([first, last]) => first <= last);
  });
