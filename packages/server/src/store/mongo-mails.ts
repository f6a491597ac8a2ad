import { Binary, type Collection, type Db, type Filter, type UpdateFilter } from 'mongodb';
import * as v from 'valibot';
import type { Accepted, NewMail, WaitingMail } from './mailbox-port.ts';
import { bytesOf } from './mongo-secrets.ts';

/** How long a message is known after it was accepted, also where it is gone: for a sender that did not hear the answer. */
export const REMEMBERED_MS = 3_600_000;
/**
 * How long what is left of a message that is gone holds its position, milliseconds: longer than any write of a node can be on its way,
 * and than any node goes by what it has read.
 */
export const HELD_MS = 2 * REMEMBERED_MS;

/** What there is of a message for as long as it waits. */
const Waiting = v.object({ sinceMs: v.number(), dueMs: v.number(), bytes: v.number() });

/**
 * A message in the mailbox of one wallet, or what is left of it: once nobody waits for it any more it has no body, no readers, no
 * `waiting`, and `goneMs`. What is left holds its position, and is the memory of the message for senders that repeat it. At last only the
 * newest of a mailbox is left, as its anchor, with nothing but its position.
 */
export interface MailDocument {
  /** `owner:position`, so that no position is given out twice. */
  readonly _id: string;
  readonly owner: string;
  readonly position: number;
  /** Names the message: there is one of each. An anchor has none. */
  readonly once?: string;
  readonly from?: string;
  readonly to?: string;
  readonly id?: string;
  readonly atMs?: number;
  readonly expiresAtMs?: number;
  readonly forced?: boolean;
  /** The devices that it waits for. */
  readonly readers: readonly string[];
  readonly waiting?: v.InferOutput<typeof Waiting>;
  readonly body?: Binary;
  readonly goneMs?: number;
  readonly isAnchor?: boolean;
}

/** What has to be known of a message to acknowledge or to remove it. */
const Head = v.object({
  _id: v.string(),
  owner: v.string(),
  position: v.number(),
  readers: v.array(v.string()),
  waiting: v.optional(Waiting),
});
export type Head = v.InferOutput<typeof Head>;

const Whole = v.object({
  position: v.number(),
  id: v.string(),
  from: v.string(),
  to: v.string(),
  atMs: v.number(),
  expiresAtMs: v.number(),
  forced: v.boolean(),
  body: v.instance(Binary),
});

const Remembered = v.object({
  _id: v.string(),
  once: v.string(),
  atMs: v.number(),
  expiresAtMs: v.number(),
  forced: v.boolean(),
  waiting: v.optional(Waiting),
});
export type Remembered = v.InferOutput<typeof Remembered>;

const HEAD = { owner: 1, position: 1, readers: 1, waiting: 1 } as const;
const REMEMBERED = { once: 1, atMs: 1, expiresAtMs: 1, forced: 1, waiting: 1 } as const;
/** So many are asked for one by one: an equality on `_id` alone is what every server answers without looking through the others. */
const ONE_BY_ONE_MAX = 32;
/** So many are changed at a time: FerretDB holds a connection for each until all are done, and has a hundred. */
const CHANGED_AT_ONCE = 50;

/** The messages. */
export const mailsIn = (db: Db): Collection<MailDocument> => db.collection<MailDocument>('mails');

/** Sixteen digits, so that names sort as positions do. */
export const nameOf = (owner: string, position: number): string => `${owner}:${String(position).padStart(16, '0')}`;

/** The names of all positions of a mailbox; `;` follows `:`, and no wallet has a `:`. */
export const namesOf = (owner: string): { readonly $gt: string; readonly $lt: string } => ({
  $gt: `${owner}:`,
  $lt: `${owner};`,
});

/** Whether a document is the message itself, in the mailbox of its recipient, or the copy in that of its sender. */
export type MailKind = 'mail' | 'copy';

/** The one name of a message. Neither wallets nor identifiers have a space. */
export const onceOf = (kind: MailKind, { from, to, id }: Pick<NewMail, 'from' | 'to' | 'id'>): string =>
  `${kind} ${from} ${to} ${id}`;

/** The document of a message at a position. */
export function documentOf(
  owner: string,
  position: number,
  { once, mail, readers }: { once: string; mail: NewMail; readers: readonly string[] },
): MailDocument {
  const { from, to, id, body, forced, atMs, expiresAtMs } = mail;
  return {
    _id: nameOf(owner, position),
    owner,
    position,
    once,
    from,
    to,
    id,
    atMs,
    expiresAtMs,
    forced,
    readers: [...readers],
    waiting: { sinceMs: atMs, dueMs: expiresAtMs, bytes: body.byteLength },
    body: new Binary(body),
  };
}

/** A message as it waits. */
export function waitingMail(document: unknown): WaitingMail {
  const { body, ...rest } = v.parse(Whole, document);
  return { ...rest, body: bytesOf(body) };
}

/** What a sender that repeats a message is told. */
export const acceptedOf = ({ forced, expiresAtMs }: Remembered): Accepted => ({ forced, expiresAtMs });

/** Changes messages, by their names. @param where which of them @returns how many there were to change */
export async function changeEach(
  mails: Collection<MailDocument>,
  names: readonly string[],
  update: UpdateFilter<MailDocument>,
  where: Filter<MailDocument> = {},
): Promise<number> {
  let changed = 0;
  for (let start = 0; start < names.length; start += CHANGED_AT_ONCE) {
    const slice = names.slice(start, start + CHANGED_AT_ONCE);
    const { modifiedCount } = await mails.bulkWrite(
      slice.map((_id) => ({ updateOne: { filter: { ...where, _id }, update } })),
      { ordered: false },
    );
    changed += modifiedCount;
  }
  return changed;
}

/** What becomes of a message that nobody waits for any more. */
export const emptied = (nowMs: number) =>
  ({ $set: { readers: [] as string[], goneMs: nowMs }, $unset: { waiting: '', body: '' } }) as const;

/** What has to be known of messages, by their names. Those that there are not are left out. */
export async function headsOf(mails: Collection<MailDocument>, names: readonly string[]): Promise<Head[]> {
  const projection = HEAD;
  if (names.length > ONE_BY_ONE_MAX) {
    const found = await mails.find({ _id: { $in: [...names] } }, { projection }).toArray();
    return found.map((head) => v.parse(Head, head));
  }
  const found = await Promise.all(names.map((name) => mails.findOne({ _id: name }, { projection })));
  return found.flatMap((head) => (head ? [v.parse(Head, head)] : []));
}

/** The messages whose time is over, those that are due longest first. */
export async function dueHeads(mails: Collection<MailDocument>, nowMs: number, max: number): Promise<Head[]> {
  const found = await mails
    .find({ 'waiting.dueMs': { $lte: nowMs } }, { projection: HEAD, sort: { 'waiting.dueMs': 1 }, limit: max })
    .toArray();
  return found.map((head) => v.parse(Head, head));
}

/** The messages with these names, also those that are gone. */
export async function rememberedOf(mails: Collection<MailDocument>, onces: readonly string[]): Promise<Remembered[]> {
  const [first = ''] = onces;
  const filter = onces.length === 1 ? { once: first } : { once: { $in: [...onces] } };
  const found = await mails.find(filter, { projection: REMEMBERED }).toArray();
  return found.map((known) => v.parse(Remembered, known));
}

/** The highest position of a mailbox; 0 where it never had a message. */
export async function newestPosition(mails: Collection<MailDocument>, owner: string): Promise<number> {
  const options = { projection: { position: 1 }, sort: { _id: -1 }, limit: 1 } as const;
  const [newest] = await mails.find({ owner, _id: namesOf(owner) }, options).toArray();
  return newest?.position ?? 0;
}
