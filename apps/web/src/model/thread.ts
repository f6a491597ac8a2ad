import type { Message } from '@anypath/client';

/** A path that carried something. */
export type CarryingPath = Message['path'];

interface Said {
  /** The message's identity (ULID). */
  readonly id: string;
  readonly body: string;
  /** How many bytes it had, for a message that is no text. */
  readonly binaryBytes?: number;
  /** Unix milliseconds. */
  readonly at: number;
}

interface Carried {
  readonly path: CarryingPath;
  /** How long it took, milliseconds. */
  readonly ms: number;
}

/** A message as the page shows it. */
export type Entry =
  | (Said & { readonly mine: true; readonly state: 'sending' | 'failed' })
  | (Said & Carried & { readonly mine: true; readonly state: 'delivered' })
  | (Said & Carried & { readonly mine: false; readonly state: 'received' });

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
  const next = appended(thread, entryOf(message));
  return next === thread || isOnScreen ? next : { ...next, unread: next.unread + 1 };
}

function entryOf({ id, body, sentAt, path, ms }: Message): Entry {
  const content = typeof body === 'string' ? { body } : { body: '', binaryBytes: body.byteLength };
  return { id, ...content, at: sentAt, mine: false, state: 'received', path, ms };
}

/** The other side has a message of ours. */
export const delivered = (thread: Thread, id: string, { path, ms }: Carried): Thread =>
  settled(thread, id, ({ state: _, ...entry }) => ({ ...entry, state: 'delivered', path, ms }));

/** A message of ours will not be delivered. */
export const failed = (thread: Thread, id: string): Thread =>
  settled(thread, id, (entry) => ({ ...entry, state: 'failed' }));

type Sending = Extract<Entry, { state: 'sending' | 'failed' }>;

function settled(thread: Thread, id: string, change: (entry: Sending) => Entry): Thread {
  const isOurs = (entry: Entry): entry is Sending => entry.id === id && entry.state === 'sending';
  if (!thread.entries.some(isOurs)) return thread;
  return { ...thread, entries: thread.entries.map((entry) => (isOurs(entry) ? change(entry) : entry)) };
}

/** Takes an entry out. */
export const without = (thread: Thread, id: string): Thread => ({
  ...thread,
  entries: thread.entries.filter((entry) => entry.id !== id),
});

/** What was on its way when the page went away is not sent any more: the link that carried it is gone. */
export const interrupted = (thread: Thread): Thread => ({
  ...thread,
  entries: thread.entries.map((entry) => (entry.state === 'sending' ? { ...entry, state: 'failed' } : entry)),
});

export const read = (thread: Thread): Thread => (thread.unread === 0 ? thread : { ...thread, unread: 0 });
