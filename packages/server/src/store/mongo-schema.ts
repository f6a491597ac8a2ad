import { type Collection, type Db, type IndexDescription, MongoServerError } from 'mongodb';
import * as v from 'valibot';
import { isDuplicate } from './mongo-connection.ts';

/** The version of what is written here. It grows with every change that an older version would not understand, or would undo. */
export const SCHEMA = 1;
/** The oldest version that may still write beside this one: that of the release before, so that nodes can be replaced one by one. */
const OLDEST_BESIDE = 1;

/** What is known about the database itself. */
export type MetaDocument =
  | { readonly _id: 'schema'; readonly version: number; readonly oldest: number }
  /** Set by a copy from another store: positions begin behind what was given out there. */
  | { readonly _id: 'positions'; readonly floor: number }
  /** A copy into this database that has not ended, and how far it got with each kind of record. */
  | { readonly _id: 'copy'; readonly source: string; readonly through: readonly CopyMark[] };

/** How far a copy got: everything of this kind up to this key is there. */
export interface CopyMark {
  readonly kind: string;
  readonly key: string;
}

const Schema = v.object({ version: v.number(), oldest: v.number() });
const Positions = v.object({ floor: v.number() });

/**
 * The indexes of each collection. They are there before the first document is written, because two of them decide who was first.
 * Sparse ones hold the messages that wait, or those that are gone, and not both.
 */
const INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  flags: [{ name: 'key', key: { key: 1 }, unique: true }],
  sessions: [{ name: 'until', key: { untilMs: 1 } }],
  contacts: [
    { name: 'own', key: { own: 1, isMutual: 1 } },
    { name: 'asked', key: { asked: 1 } },
  ],
  mails: [
    { name: 'once', key: { once: 1 }, unique: true, sparse: true },
    { name: 'readers', key: { owner: 1, readers: 1, position: 1 } },
    { name: 'use', key: { owner: 1, 'waiting.bytes': 1 } },
    { name: 'due', key: { 'waiting.dueMs': 1 }, sparse: true },
    { name: 'since', key: { 'waiting.sinceMs': 1, 'waiting.bytes': 1 }, sparse: true },
    { name: 'gone', key: { goneMs: 1 }, sparse: true },
  ],
};

/** The documents about the database itself. */
export const metaOf = (db: Db): Collection<MetaDocument> => db.collection<MetaDocument>('meta');

/**
 * Makes a database ready to be used: its indexes, and the word of what it is.
 *
 * @returns the highest position that another store has given out before this one
 * @throws Error where it was written by a newer version, or a copy into it has not ended; the sentence says what to do
 */
export async function prepareDatabase(db: Db): Promise<number> {
  const meta = metaOf(db);
  const known = await readSchema(db);
  if (known && known.oldest > SCHEMA) {
    throw new Error(
      `The database of STORE_URL was written by a newer anypath (schema ${known.version}, this one knows ${SCHEMA}). Start that version, or choose another STORE_URL.`,
    );
  }
  if (await meta.findOne({ _id: 'copy' })) {
    throw new Error(
      'A copy into the database of STORE_URL has not ended. Run `anypath store copy` again with the same folder: it goes on where it was.',
    );
  }
  await makeIndexes(db);
  if (!known) await writeSchema(db);
  const positions = await meta.findOne({ _id: 'positions' });
  return positions ? v.parse(Positions, positions).floor : 0;
}

/** Which version has written a database; `undefined` for a new one. */
export async function readSchema(db: Db): Promise<v.InferOutput<typeof Schema> | undefined> {
  const known = await metaOf(db).findOne({ _id: 'schema' });
  return known ? v.parse(Schema, known) : undefined;
}

/** Says that a database is of this version. */
export async function writeSchema(db: Db): Promise<void> {
  try {
    await metaOf(db).insertOne({ _id: 'schema', version: SCHEMA, oldest: OLDEST_BESIDE });
  } catch (error) {
    // Another node that starts now was quicker.
    if (!isDuplicate(error)) throw error;
  }
}

/** Makes the indexes that are not there yet, one by one: FerretDB fails where it is to make several of which some are there. */
export async function makeIndexes(db: Db): Promise<void> {
  for (const [collection, indexes] of Object.entries(INDEXES)) {
    try {
      for (const index of indexes) await db.collection(collection).createIndexes([index]);
    } catch (error) {
      throw error instanceof MongoServerError && isDuplicate(error)
        ? new Error(
            `The collection ${collection} holds something twice that may be there once; it was not written by anypath.`,
          )
        : error;
    }
  }
}
