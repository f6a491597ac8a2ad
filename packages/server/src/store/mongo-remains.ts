import type { Collection } from 'mongodb';
import * as v from 'valibot';
import { HELD_MS, type MailDocument, newestPosition } from './mongo-mails.ts';

/** What is left of messages is looked up so many at a time. */
const SLICE = 500;

const Remains = v.object({ _id: v.string(), owner: v.string(), position: v.number() });
type Remains = v.InferOutput<typeof Remains>;

/**
 * Removes what is left of messages that have been gone for long, all but the newest of each mailbox. That one becomes the anchor of the
 * mailbox, from which the next position follows: it holds nothing but its position, and an anchor that is the newest no more goes with
 * the next that do.
 *
 * Nodes may do this at the same time: positions only ever grow, so what is not the newest once is not the newest ever after.
 *
 * @param nowMs Unix time in milliseconds
 * @param isOver whether to stop
 */
export async function removeGone(mails: Collection<MailDocument>, nowMs: number, isOver: () => boolean): Promise<void> {
  for (;;) {
    const options = { projection: { owner: 1, position: 1 }, sort: { goneMs: 1 }, limit: SLICE } as const;
    const found = await mails.find({ goneMs: { $lte: nowMs - HELD_MS } }, options).toArray();
    const remains = found.map((each) => v.parse(Remains, each));
    for (const owner of new Set(remains.map((each) => each.owner))) {
      await removeFrom(mails, owner, remains);
    }
    if (remains.length < SLICE || isOver()) return;
  }
}

async function removeFrom(mails: Collection<MailDocument>, owner: string, remains: readonly Remains[]): Promise<void> {
  const newest = await newestPosition(mails, owner);
  const own = remains.filter((each) => each.owner === owner);
  const older = own.filter(({ position }) => position < newest).map(({ _id }) => _id);
  const anchor = own.find(({ position }) => position === newest);
  if (older.length > 0) await mails.deleteMany({ _id: { $in: older } });
  if (anchor) {
    const fields = { once: '', from: '', to: '', id: '', atMs: '', expiresAtMs: '', forced: '', goneMs: '' } as const;
    await mails.updateOne({ _id: anchor._id }, { $set: { isAnchor: true }, $unset: fields });
  }
  await mails.deleteMany({ owner, readers: [], isAnchor: true, position: { $lt: newest } });
}
