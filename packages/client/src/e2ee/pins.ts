import * as v from 'valibot';
import type { DurableStore } from '../durable/durable-store.ts';
import type { DirectoryParts } from './directory.ts';

const Pinned = v.object({
  proven: v.boolean(),
  keys: v.array(v.object({ keyId: v.string(), verified: v.picklist(['wallet', 'first-use']) })),
});

/** Remembers, for one wallet, which keys of others it has seen. */
export function pinsOn(store: DurableStore, self: string): DirectoryParts['pins'] {
  const keyOf = (wallet: string) => `pins:${self}:${wallet}`;
  return {
    load: async (wallet) => {
      const value = await store.update([keyOf(wallet)], ([known]) => ({ writes: [], result: known }));
      const { success, output } = v.safeParse(Pinned, value);
      return success ? output : undefined;
    },
    save: (wallet, pinned) => store.update([], () => ({ writes: [[keyOf(wallet), pinned]], result: undefined })),
  };
}
