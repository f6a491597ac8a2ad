import { Binary, type Db, type Document, MongoBulkWriteError } from 'mongodb';
import * as v from 'valibot';
import { MongoConnection, WORK_WITHIN_MS } from '../mongo-connection.ts';
import { StoredPair, storedPair } from '../mongo-contacts.ts';
import { KeptWallet, keptWallet } from '../mongo-devices.ts';
import { Flag, storedFlag } from '../mongo-flags.ts';
import { documentOf, nameOf, onceOf } from '../mongo-mails.ts';
import { makeIndexes, metaOf, readSchema, writeSchema } from '../mongo-schema.ts';
import { bytesOf } from '../mongo-secrets.ts';
import { type Digest, Digester, KINDS, type Kind, type Records } from './records.ts';

/** How records of a kind are kept. */
interface Keeping<K extends Kind> {
  readonly collection: string;
  /** Those of the collection that are of this kind. */
  readonly filter: Document;
  /** The document of a record; its `_id` follows from the record. */
  readonly documentOf: (record: Records[K]) => Document;
  readonly recordOf: (document: unknown) => Records[K];
}

const Secret = v.object({ _id: v.string(), value: v.instance(Binary) });
const Session = v.object({ _id: v.string(), untilMs: v.number() });
const Message = v.object({
  owner: v.string(),
  position: v.number(),
  from: v.string(),
  to: v.string(),
  id: v.string(),
  atMs: v.number(),
  expiresAtMs: v.number(),
  forced: v.boolean(),
  readers: v.array(v.string()),
  body: v.optional(v.instance(Binary)),
});

const KEPT: { readonly [K in Kind]: Keeping<K> } = {
  flag: {
    collection: 'flags',
    filter: {},
    documentOf: (flag) => ({ _id: flag.key, ...storedFlag(flag) }),
    recordOf: (document) => v.parse(Flag, document),
  },
  secret: {
    collection: 'secrets',
    filter: {},
    documentOf: ({ name, value }) => ({ _id: name, value: new Binary(value) }),
    recordOf: (document) => {
      const { _id: name, value } = v.parse(Secret, document);
      return { name, value: bytesOf(value) };
    },
  },
  session: {
    collection: 'sessions',
    filter: {},
    documentOf: ({ id, untilMs }) => ({ _id: id, untilMs }),
    recordOf: (document) => {
      const { _id: id, untilMs } = v.parse(Session, document);
      return { id, untilMs };
    },
  },
  contact: {
    collection: 'contacts',
    filter: {},
    documentOf: ({ a, b, pair }) => storedPair(a, b, pair),
    recordOf: (document) => {
      const { a, b, stances } = v.parse(StoredPair, document);
      return { a, b, pair: stances };
    },
  },
  wallet: {
    collection: 'devices',
    filter: {},
    documentOf: ({ wallet, devices, revoked }) => keptWallet(wallet, devices, [...revoked]),
    recordOf: (document) => {
      const { _id: wallet, devices, revoked } = v.parse(KeptWallet, document);
      return { wallet, devices, revoked: revoked.sort((a, b) => (a.keyId < b.keyId ? -1 : 1)) };
    },
  },
  mail: {
    collection: 'mails',
    filter: { 'waiting.sinceMs': { $gt: 0 } },
    documentOf: (mail) => {
      const { owner, position, readers } = mail;
      const once = onceOf(owner === mail.to ? 'mail' : 'copy', mail);
      return documentOf(owner, position, { once, mail: { ...mail, copyReaders: [] }, readers });
    },
    recordOf: (document) => {
      const { readers, body, ...rest } = v.parse(Message, document);
      return { ...rest, readers: readers.sort(), body: body ? bytesOf(body) : new Uint8Array() };
    },
  },
  memory: {
    collection: 'mails',
    filter: { goneMs: { $gt: 0 } },
    documentOf: (memory) => {
      const _id = nameOf(memory.to, memory.position);
      return { _id, owner: memory.to, once: onceOf('mail', memory), ...memory, readers: [], goneMs: memory.atMs };
    },
    recordOf: (document) => {
      const { owner: _, readers: __, body: ___, ...memory } = v.parse(Message, document);
      return memory;
    },
  },
};

/** A database that a copy is made into. No server works on it before the copy has ended. */
export class MongoTarget {
  /** How far a copy that was broken off got: the key of the last record of each kind that is there. */
  readonly marks: ReadonlyMap<Kind, string>;
  readonly #connection: MongoConnection;
  readonly #db: Db;
  readonly #source: string;
  readonly #through: Map<Kind, string>;

  private constructor(connection: MongoConnection, source: string, through: Map<Kind, string>) {
    this.#connection = connection;
    this.#db = connection.db;
    this.#source = source;
    this.#through = through;
    this.marks = new Map(through);
  }

  /**
   * @param url STORE_URL
   * @param source names what is copied, so that another is not mixed with it
   * @throws Error where the database cannot be reached, or holds something already; the sentence says what to do
   */
  static async open(url: string, source: string): Promise<MongoTarget> {
    const connection = await MongoConnection.open(url, WORK_WITHIN_MS, () => undefined);
    try {
      const through = await begun(connection.db, source);
      await makeIndexes(connection.db);
      return new MongoTarget(connection, source, through);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Adds records. Those that are there already are left as they are. @param key that of the last of them */
  async write<K extends Kind>(kind: K, records: readonly Records[K][], key: string): Promise<void> {
    const { collection, documentOf } = KEPT[kind];
    try {
      await this.#db.collection(collection).insertMany(records.map(documentOf), { ordered: false });
    } catch (error) {
      if (!isRepetition(error)) throw error;
    }
    this.#through.set(kind, key);
    await this.#mark();
  }

  /** Reads everything back. */
  async digests(): Promise<ReadonlyMap<Kind, Digest>> {
    const digests = new Map<Kind, Digest>();
    for (const kind of KINDS) digests.set(kind, await this.#digest(kind));
    return digests;
  }

  /** Positions begin behind those of the source, and servers may work on it from now on. */
  async finish(floor: number): Promise<void> {
    const meta = metaOf(this.#db);
    await meta.replaceOne({ _id: 'positions' }, { _id: 'positions', floor }, { upsert: true });
    await writeSchema(this.#db);
    await meta.deleteOne({ _id: 'copy' });
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #mark(): Promise<void> {
    const through = [...this.#through].map(([kind, key]) => ({ kind, key }));
    const copy = { _id: 'copy' as const, source: this.#source, through };
    await metaOf(this.#db).replaceOne({ _id: 'copy' }, copy, { upsert: true });
  }

  async #digest<K extends Kind>(kind: K): Promise<Digest> {
    const { collection, filter, recordOf } = KEPT[kind];
    const digester = new Digester();
    const found = this.#db.collection(collection).find(filter, { batchSize: 100 });
    for await (const document of found) digester.add(recordOf(document));
    return digester.digest();
  }
}

const CopyDocument = v.object({
  source: v.string(),
  through: v.array(v.object({ kind: v.picklist(KINDS), key: v.string() })),
});

/** How far a copy of this source got. The database is marked before the first record is in it. */
async function begun(db: Db, source: string): Promise<Map<Kind, string>> {
  const meta = metaOf(db);
  const found = await meta.findOne({ _id: 'copy' });
  if (found) {
    const copy = v.parse(CopyDocument, found);
    if (copy.source === source) return new Map(copy.through.map(({ kind, key }) => [kind, key]));
    throw new Error('A copy of other files into this database has not ended. Name those again, or an empty database.');
  }
  const isUsed = (await readSchema(db)) !== undefined || (await isFilled(db));
  if (isUsed) throw new Error('There is something in this database already. Name an empty one, or drop it.');
  await meta.insertOne({ _id: 'copy', source, through: [] });
  return new Map();
}

async function isFilled(db: Db): Promise<boolean> {
  for (const collection of new Set(KINDS.map((kind) => KEPT[kind].collection))) {
    if (await db.collection(collection).findOne({})) return true;
  }
  return false;
}

/** Whether something was refused, and all of that because it is there already. */
function isRepetition(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError() !== undefined) return false;
  const refused = [error.writeErrors].flat();
  return refused.length > 0 && refused.every(({ code }) => code === 11_000);
}
