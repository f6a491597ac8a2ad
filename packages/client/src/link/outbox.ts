import { LIMITS } from '@anypath/protocol';
import type { Path } from './path.ts';

/** A message that the other side has not acknowledged. */
export interface Outgoing {
  readonly id: string;
  readonly seq: number;
  readonly body: Uint8Array;
  readonly text: boolean;
  /** When the application sent it, the server's clock, Unix milliseconds. */
  readonly at: number;
  /** When the application sent it, the link's own clock, milliseconds. */
  readonly queuedMs: number;
  /** Its last transmission; none while it waits for a path or for room in the window. */
  readonly sent?: { readonly path: Path; readonly ms: number };
  /** How often it was transmitted. */
  readonly tries: number;
}

/** The sending half of a link: numbers messages and keeps them until they are acknowledged. */
export interface Outbox {
  /** Names this sender's stream: new each time the link is opened. */
  readonly epoch: string;
  readonly nextSeq: number;
  /** Unacknowledged messages in the order of their numbers. */
  readonly waiting: readonly Outgoing[];
}

/** Appends a message. */
export function enqueued(outbox: Outbox, message: Omit<Outgoing, 'seq' | 'tries' | 'sent'>): Outbox {
  const entry: Outgoing = { ...message, seq: outbox.nextSeq, tries: 0 };
  return { ...outbox, nextSeq: outbox.nextSeq + 1, waiting: [...outbox.waiting, entry] };
}

/** The highest number of which it is known that the other side has everything up to it. */
export const ackedThrough = (outbox: Outbox): number => (outbox.waiting[0]?.seq ?? outbox.nextSeq) - 1;

/** Whether anything is on its way. */
export const inFlight = (outbox: Outbox): boolean => outbox.waiting.some((entry) => entry.sent !== undefined);

/** Takes back every transmission, so that all that is unacknowledged goes out again. */
export function rewound(outbox: Outbox): Outbox {
  if (!inFlight(outbox)) return outbox;
  return { ...outbox, waiting: outbox.waiting.map(({ sent: _, ...entry }) => entry) };
}

/**
 * Chooses what may be transmitted now: in order, within the window of messages and bytes.
 *
 * @returns the outbox with these marked as sent, and the messages to transmit
 */
export function transmitted(outbox: Outbox, path: Path, nowMs: number): { outbox: Outbox; batch: readonly Outgoing[] } {
  const batch: Outgoing[] = [];
  let bytes = 0;
  const waiting = outbox.waiting.map((entry, index) => {
    bytes += entry.body.byteLength;
    const fits = index < LIMITS.windowMaxMessages && (bytes <= LIMITS.windowMaxBytes || index === 0);
    if (entry.sent || !fits) return entry;
    const sent: Outgoing = { ...entry, sent: { path, ms: nowMs }, tries: entry.tries + 1 };
    batch.push(sent);
    return sent;
  });
  return batch.length === 0 ? { outbox, batch } : { outbox: { ...outbox, waiting }, batch };
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
