import * as v from 'valibot';
import type { MongoConnection } from './mongo-connection.ts';
import type { FlagDocument, Store } from './port.ts';

/** Wallets that a flag names: a list, because a wallet such as `alice.example` cannot name a field everywhere. */
const Wallets = v.array(v.object({ wallet: v.string(), enabled: v.boolean() }));

/** As an operator may have written it by hand too: `{ key: 'rtc.ice', enabled: true }` is enough (SPEC S1.4). */
const Flag = v.object({
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

interface StoredFlag {
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
    setFlag: ({ key, enabled, percent, wallets }) =>
      connection.run(async () => {
        const named = Object.entries(wallets).map(([wallet, isOn]) => ({ wallet, enabled: isOn }));
        await flags.replaceOne({ key }, { key, enabled, percent, wallets: named }, { upsert: true });
      }),
    removeFlag: (key) =>
      connection.run(async () => {
        await flags.deleteOne({ key });
      }),
  };
}
