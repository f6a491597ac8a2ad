import { type DataHeader, LIMITS } from '@anypath/protocol';
import type { Path } from './path.ts';

/** How far a stream was received. Kept across reloads, so that nothing is shown twice. */
export interface Cursor {
  readonly epoch: string;
  /** Everything up to this number was handed to the application. */
  readonly through: number;
}

/** A message as it arrived. */
export interface Incoming {
  readonly header: DataHeader;
  readonly body: Uint8Array;
  readonly path: Path;
}

/** The receiving half of a link, for one device of the other side: puts in order, drops what it has seen. */
export interface Inbox extends Cursor {
  /** Arrived before something that is still missing. */
  readonly early: ReadonlyMap<number, Incoming>;
}

/** What becomes of an arrival. */
interface Reception {
  readonly inbox: Inbox;
  /** For the application, in order. */
  readonly ready: readonly Incoming[];
  /** Whether the sender is to be told how far we are; not for another epoch or beyond the window. */
  readonly answer: boolean;
}

const noneEarly: ReadonlyMap<number, Incoming> = new Map();

/** Starts from what an earlier page of this device had received. */
export const resumed = (cursor: Cursor): Inbox => ({ epoch: cursor.epoch, through: cursor.through, early: noneEarly });

/**
 * Takes a message in.
 *
 * @param inbox what was received from that device; none at its first message
 * @param arrival the message
 * @returns the new inbox, the messages that are now in order, and whether to acknowledge
 */
export function received(inbox: Inbox | undefined, arrival: Incoming): Reception {
  const { header } = arrival;
  if (inbox && header.epoch < inbox.epoch) return { inbox, ready: [], answer: false };
  const current = settledUpTo(streamOf(inbox, header.epoch), header.acked);
  const isKnown = header.seq <= current.through || current.early.has(header.seq);
  if (isKnown) return { inbox: current, ready: [], answer: true };
  if (header.seq > current.through + LIMITS.windowMaxMessages) return { inbox: current, ready: [], answer: false };
  return inOrder(current, arrival);
}

const streamOf = (inbox: Inbox | undefined, epoch: string): Inbox =>
  inbox?.epoch === epoch ? inbox : { epoch, through: 0, early: noneEarly };

/** What the sender knows to be acknowledged reached this device before its memory began, or another device. */
function settledUpTo(inbox: Inbox, acked: number): Inbox {
  if (acked <= inbox.through) return inbox;
  return { ...inbox, through: acked, early: new Map([...inbox.early].filter(([seq]) => seq > acked)) };
}

function inOrder(inbox: Inbox, arrival: Incoming): Reception {
  const early = new Map(inbox.early).set(arrival.header.seq, arrival);
  const ready: Incoming[] = [];
  let through = inbox.through;
  for (let next = early.get(through + 1); next; next = early.get(through + 1)) {
    early.delete(++through);
    ready.push(next);
  }
  return { inbox: { ...inbox, through, early }, ready, answer: true };
}
