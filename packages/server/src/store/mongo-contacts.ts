import { randomUUID } from 'node:crypto';
import type { Collection } from 'mongodb';
import * as v from 'valibot';
import { type Pair, type Side, STRANGERS, type Stance, sorted } from '../contacts/pair.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { isDuplicate, type MongoConnection } from './mongo-connection.ts';
import type { PairChange, Store } from './port.ts';
import { untilUncontested } from './uncontested.ts';

const StoredStance = v.variant('state', [
  v.object({ state: v.literal('none') }),
  v.object({ state: v.picklist(['asked', 'unheard', 'mutual', 'blocked']), sinceMs: v.number() }),
]);

/** A pair as it is stored. */
export const StoredPair = v.object({
  /** `a:b`, as in `convId`. */
  _id: v.string(),
  a: v.string(),
  b: v.string(),
  stances: v.object({ a: StoredStance, b: StoredStance }),
  /** Names this state of the pair: a change counts where the pair still has it. */
  revision: v.string(),
  /** Those of the two who have done something themselves. */
  own: v.array(v.string()),
  /** The one of them who is asked, and has done nothing. */
  asked: v.array(v.string()),
  isMutual: v.boolean(),
});
export type StoredPair = v.InferOutput<typeof StoredPair>;

type ContactStore = Pick<Store, 'contactPair' | 'changeContact' | 'contactsOf' | 'countContacts' | 'mutualContactsOf'>;

/** The contacts in MongoDB: a document for each pair of wallets that are no strangers. */
export function contactsIn(connection: MongoConnection): ContactStore {
  const contacts = connection.db.collection<StoredPair>('contacts');
  const changes = new KeyedQueue();

  async function read(id: string): Promise<StoredPair | undefined> {
    const found = await contacts.findOne({ _id: id });
    return found ? v.parse(StoredPair, found) : undefined;
  }

  const seenBy = (wallet: string): Promise<StoredPair[]> =>
    connection.run(async () => {
      const found = await contacts.find({ $or: [{ own: wallet }, { asked: wallet }] }).toArray();
      return found.map((pair) => v.parse(StoredPair, pair));
    });

  async function changeOnce(a: string, b: string, change: (pair: Pair) => Pair): Promise<PairChange | undefined> {
    const known = await connection.run(() => read(nameOf(a, b)));
    const before = known?.stances ?? STRANGERS;
    const after = change(before);
    if (after === before) return { before, after };
    const isWritten = await connection.run(() => write(contacts, known, storedPair(a, b, after)));
    return isWritten ? { before, after } : undefined;
  }

  return {
    contactPair: (one, other) =>
      connection.run(async () => (await read(nameOf(...sorted(one, other))))?.stances ?? STRANGERS),
    changeContact: (one, other, change) => {
      const [a, b] = sorted(one, other);
      return changes.run(nameOf(a, b), () => untilUncontested(() => changeOnce(a, b, change)));
    },
    contactsOf: async (wallet) =>
      (await seenBy(wallet)).map(({ a, b, stances }) => ({ peer: a === wallet ? b : a, pair: stances })),
    countContacts: (wallet) =>
      connection.run(async () => {
        const [own, asking] = await Promise.all([
          contacts.countDocuments({ own: wallet }),
          contacts.countDocuments({ asked: wallet }),
        ]);
        return { own, asking };
      }),
    mutualContactsOf: (wallet) =>
      connection.run(async () => {
        const found = await contacts.find({ own: wallet, isMutual: true }, { projection: { a: 1, b: 1 } }).toArray();
        return found.map(({ a, b }) => (a === wallet ? b : a));
      }),
  };
}

/** A wallet has no `:`. */
const nameOf = (a: string, b: string): string => `${a}:${b}`;

/** A pair as it is to be stored. @param a the wallet that sorts first */
export function storedPair(a: string, b: string, stances: Pair): StoredPair {
  const wallets: Readonly<Record<Side, string>> = { a, b };
  const sides: readonly (readonly [mine: Side, theirs: Side])[] = [
    ['a', 'b'],
    ['b', 'a'],
  ];
  const isOwn = (side: Side): boolean => stances[side].state !== 'none';
  return {
    _id: nameOf(a, b),
    a,
    b,
    stances: { a: plain(stances.a), b: plain(stances.b) },
    revision: randomUUID(),
    own: sides.flatMap(([mine]) => (isOwn(mine) ? [wallets[mine]] : [])),
    asked: sides.flatMap(([mine, theirs]) =>
      !isOwn(mine) && stances[theirs].state === 'asked' ? [wallets[mine]] : [],
    ),
    isMutual: stances.a.state === 'mutual',
  };
}

const plain = (stance: Stance): StoredPair['stances']['a'] =>
  stance.state === 'none' ? { state: stance.state } : { state: stance.state, sinceMs: stance.sinceMs };

/** @returns whether it was written: nobody has changed the pair since it was read */
async function write(
  contacts: Collection<StoredPair>,
  known: StoredPair | undefined,
  pair: StoredPair,
): Promise<boolean> {
  const isStrange = pair.own.length === 0;
  if (!known) return isStrange || inserted(contacts, pair);
  const asRead = { _id: known._id, revision: known.revision };
  if (isStrange) return (await contacts.deleteOne(asRead)).deletedCount === 1;
  return (await contacts.replaceOne(asRead, pair)).matchedCount === 1;
}

async function inserted(contacts: Collection<StoredPair>, pair: StoredPair): Promise<boolean> {
  try {
    await contacts.insertOne(pair);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}
