import * as v from 'valibot';
import type { MongoConnection } from './mongo-connection.ts';
import type { FlagDocument, Store } from './port.ts';

/** Wallets that a flag names: a list, because a wallet such as `alice.example` cannot name a field everywhere. */
const Wallets = v.array(v.object({ wallet: v.string(), enabled: v.boolean() }));

/** A flag, as an operator may have written it by hand too: `{ key: 'rtc.ice', enabled: true }` is enough (SPEC S1.4). */
export const Flag = v.object({
  key: v.string(),
  enabled: v.boolean(),
  percent: v.optional(v.number(), 100),
  wallets: v.optional(
    v.union([
      v.pipe(
        Wallets,
        v.transform((wallets) => Object.fromEntries(wallets.map(({ wallet, enabled }) => [wallet, enabled]))),
      ),
      v.record(v.string(), v.boolean()),
    ]),
    {},
  ),
});

/** A flag as it is written here. */
export interface StoredFlag {
  readonly key: string;
  readonly enabled: boolean;
  readonly percent: number;
  readonly wallets: v.InferOutput<typeof Wallets>;
}

/** The flags in MongoDB: the documents of SPEC S1.4. One that is not of their form is left out, so that it does not hide the others. */
export function flagsIn(connection: MongoConnection): Pick<Store, 'flags' | 'setFlag' | 'removeFlag'> {
  const flags = connection.db.collection<StoredFlag>('flags');
  return {
    flags: () =>
      connection.run(async () => {
        const found = await flags.find({}, { sort: { key: 1 } }).toArray();
        return found.flatMap((flag): FlagDocument[] => {
          const parsed = v.safeParse(Flag, flag);
          return parsed.success ? [parsed.output] : [];
        });
      }),
    setFlag: (flag) =>
      connection.run(async () => {
        await flags.replaceOne({ key: flag.key }, storedFlag(flag), { upsert: true });
      }),
    removeFlag: (key) =>
      connection.run(async () => {
        await flags.deleteOne({ key });
      }),
  };
}

/** A flag as it is to be stored. */
export const storedFlag = ({ key, enabled, percent, wallets }: FlagDocument): StoredFlag => ({
  key,
  enabled,
  percent,
  wallets: Object.entries(wallets).map(([wallet, isOn]) => ({ wallet, enabled: isOn })),
});
