import type { Message } from '@anypath/client';

/** A path that carried something. */
export type CarryingPath = Message['path'];

interface Said {
  /** The message's identity (ULID). */
  readonly id: string;
  readonly body: string;
  /** How many bytes it had, for a message that is no text. */
  readonly binaryBytes?: number;
  /** The call that the message stands for, where nobody took it. */
  readonly missed?: { readonly video: boolean };
  /** Unix milliseconds. */
  readonly at: number;
}

interface Carried {
  readonly path: CarryingPath;
  /** How long it took, milliseconds. */
  readonly ms: number;
}

/** What may be said of a message of ours on its way. */
interface Sent {
  readonly mine: true;
  /** Whether the mailbox took it although the other side seemed to be online. */
  readonly forced?: boolean;
}

/** How a call ended, seen from here; `cancelled` and `missed` are the two sides of the same. */
export const CALL_OUTCOMES = [
  'talked',
  'declined',
  'busy',
  'unanswered',
  'cancelled',
  'missed',
  'elsewhere',
  'failed',
] as const;

/** A call, for its place in the conversation. */
export interface CallRecord {
  readonly direction: 'outgoing' | 'incoming';
  readonly video: boolean;
  readonly outcome: (typeof CALL_OUTCOMES)[number];
  /** How long the two talked, milliseconds. */
  readonly lastedMs?: number;
}

/**
 * A message as the page shows it. `queued`: the server keeps it until the other side is back. `elsewhere`: another device of ours
 * sent it, and this one got a copy. `call`: no message, but a call of this tab; its identity is the call's.
 */
export type Entry =
  | (Said & Sent & { readonly state: 'sending' | 'queued' | 'failed' })
  | (Said & Sent & Carried & { readonly state: 'delivered' })
  | (Said & Carried & { readonly mine: true; readonly state: 'elsewhere' })
  | (Said & Carried & { readonly mine: false; readonly state: 'received' })
  | (Said & { readonly mine: false; readonly state: 'call'; readonly call: CallRecord });

/** The conversation with one person, as this tab knows it. */
export interface Thread {
  readonly peer: string;
  /** In the order of arrival, at most `MAX_ENTRIES`. */
  readonly entries: readonly Entry[];
  /** Messages that were not on screen yet. */
  readonly unread: number;
}

/** Enough to read back; a longer list would make every write to the tab's storage slower. */
export const MAX_ENTRIES = 200;

export const emptyThread = (peer: string): Thread => ({ peer, entries: [], unread: 0 });

/** Appends an entry. One with a known identity is dropped: a reload can have the same message come again. */
export function appended(thread: Thread, entry: Entry): Thread {
  if (thread.entries.some(({ id }) => id === entry.id)) return thread;
  return { ...thread, entries: [...thread.entries, entry].slice(-MAX_ENTRIES) };
}

/** A message of the other side came. */
export function received(thread: Thread, message: Message, isOnScreen: boolean): Thread {
  const rest = withoutCallOf(thread, message);
  const next = appended(rest, { ...arrivalOf(message), mine: false, state: 'received' });
  if (next === rest) return thread;
  return isOnScreen || rest !== thread ? next : { ...next, unread: next.unread + 1 };
}

/** A call has ended. One that was missed waits to be read. */
export function called(thread: Thread, call: CallRecord, { id, at }: Pick<Said, 'id' | 'at'>, isOnScreen: boolean) {
  const next = appended(thread, { id, body: '', at, mine: false, state: 'call', call });
  return next === thread || isOnScreen || call.outcome !== 'missed' ? next : { ...next, unread: next.unread + 1 };
}

/** What rang here and was missed is said once: by the message, which tells its path too. */
function withoutCallOf(thread: Thread, { missed }: Message): Thread {
  return thread.entries.some(({ id }) => id === missed?.call) ? without(thread, missed?.call as string) : thread;
}

/** Another device of ours sent a message. */
export const copied = (thread: Thread, message: Message): Thread =>
  appended(thread, { ...arrivalOf(message), mine: true, state: 'elsewhere' });

function arrivalOf({ id, body, sentAt, path, ms, missed }: Message): Said & Carried {
  const content = typeof body === 'string' ? { body } : { body: '', binaryBytes: body.byteLength };
  return { id, ...content, ...(missed ? { missed: { video: missed.video } } : {}), at: sentAt, path, ms };
}

/** The server keeps a message of ours. */
export const queued = (thread: Thread, id: string, forced: boolean): Thread =>
  settled(thread, id, (entry) => ({ ...entry, state: 'queued', ...(forced ? { forced } : {}) }));

/** The other side has a message of ours. */
export const delivered = (thread: Thread, id: string, { path, ms, forced }: Carried & { forced: boolean }): Thread =>
  settled(thread, id, ({ state: _, forced: __, ...entry }) => {
    return { ...entry, state: 'delivered', path, ms, ...(forced ? { forced } : {}) };
  });

/** A message of ours will not be delivered. */
export const failed = (thread: Thread, id: string): Thread =>
  settled(thread, id, (entry) => ({ ...entry, state: 'failed' }));

type Pending = Extract<Entry, { state: 'sending' | 'queued' | 'failed' }>;

/** Changes the state of a message of ours whose fate is open. */
function settled(thread: Thread, id: string, change: (entry: Pending) => Entry): Thread {
  const isOpen = (entry: Entry): entry is Pending =>
    entry.id === id && (entry.state === 'sending' || entry.state === 'queued');
  if (!thread.entries.some(isOpen)) return thread;
  return { ...thread, entries: thread.entries.map((entry) => (isOpen(entry) ? change(entry) : entry)) };
}

/** Takes an entry out. */
export const without = (thread: Thread, id: string): Thread => ({
  ...thread,
  entries: thread.entries.filter((entry) => entry.id !== id),
});

export const read = (thread: Thread): Thread => (thread.unread === 0 ? thread : { ...thread, unread: 0 });
