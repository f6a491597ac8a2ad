import { expect, it } from 'vitest';
import type { Maybe } from '../maybe.ts';
import { onStores } from './contract-runner.ts';
import type { Store } from './port.ts';

/** What the contract needs of a store. */
export type SessionStore = Pick<Store, 'revokeSession' | 'revokedSessions' | 'close'>;

const NOW_MS = 1_700_000_000_000;

/**
 * What every store does with sessions that were ended. Call it inside `describe`.
 *
 * @param open opens the store of the running test; called again it opens the same data. The data is empty at the start of each test.
 */
export function sessionsContract(open: () => Maybe<SessionStore>): void {
  const on = onStores(open);

  it(
    'keeps which sessions were ended, until they would have expired',
    on(async (store, another) => {
      expect(await store.revokedSessions(NOW_MS)).toEqual([]);
      await store.revokeSession('s1', NOW_MS + 1000, NOW_MS);
      await store.revokeSession('s2', NOW_MS + 2000, NOW_MS);
      await store.revokeSession('s1', NOW_MS + 9000, NOW_MS);
      const [s1, s2] = [
        { id: 's1', untilMs: NOW_MS + 1000 },
        { id: 's2', untilMs: NOW_MS + 2000 },
      ];
      for (const each of [store, await another()]) {
        const ended = [...(await each.revokedSessions(NOW_MS))];
        expect(ended.sort((a, b) => a.untilMs - b.untilMs)).toEqual([s1, s2]);
        expect(await each.revokedSessions(NOW_MS + 1000)).toEqual([s2]);
      }
      await store.revokeSession('s3', NOW_MS + 5000, NOW_MS + 3000);
      expect(await store.revokedSessions(NOW_MS)).toEqual([{ id: 's3', untilMs: NOW_MS + 5000 }]);
    }),
  );
}
