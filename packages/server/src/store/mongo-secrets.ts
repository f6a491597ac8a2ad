import { Binary } from 'mongodb';
import * as v from 'valibot';
import { isDuplicate, type MongoConnection } from './mongo-connection.ts';
import type { Store } from './port.ts';

interface StoredSecret {
  readonly _id: string;
  readonly value: Binary;
}

const Secret = v.object({ value: v.instance(Binary) });

/** The secrets of the installation in MongoDB: of nodes that start at the same time one makes each of them. */
export function secretsIn(connection: MongoConnection): Pick<Store, 'secret'> {
  const secrets = connection.db.collection<StoredSecret>('secrets');

  async function read(name: string): Promise<Uint8Array | undefined> {
    const found = await secrets.findOne({ _id: name });
    return found ? bytesOf(v.parse(Secret, found).value) : undefined;
  }

  return {
    secret: (name, make) =>
      connection.run(async () => {
        const known = await read(name);
        if (known) return known;
        const made = make();
        try {
          await secrets.insertOne({ _id: name, value: new Binary(made) });
          return made;
        } catch (error) {
          if (!isDuplicate(error)) throw error;
        }
        const others = await read(name);
        if (!others) throw new Error(`the secret ${name} was removed while it was made`);
        return others;
      }),
  };
}

/** The bytes of a field, as an array of their own: they do not keep the whole answer in memory. */
export const bytesOf = (field: Binary): Uint8Array<ArrayBuffer> => new Uint8Array(field.value());
