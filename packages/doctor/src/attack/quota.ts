import { setMaxListeners } from 'node:events';
import type { TurnClient } from '@anypath/stun';
import type { AttackRow } from './report.ts';
import { type AttackScene, allocateOn, freshCredentials, judged, refusalOf } from './scene.ts';

/** Allocations that are asked for at the same time. */
const AT_ONCE = 16;
const QUOTA_MS = 15_000;

/** Takes as many allocations as it gets, up to a number that no person needs, and gives them back. */
export function attackQuota(scene: AttackScene): Promise<AttackRow> {
  const { allocations } = scene.target;
  const credentials = freshCredentials(scene.target);
  const taken: TurnClient[] = [];
  const take = async (signal: AbortSignal) => {
    taken.push(await allocateOn(scene, signal, { credentials }));
  };
  return judged(
    scene,
    { attack: 'quota', subject: `${allocations} allocations at a time` },
    async (signal) => {
      setMaxListeners(0, signal);
      try {
        while (taken.length < allocations) {
          const batch = Math.min(AT_ONCE, allocations - taken.length);
          const results = await Promise.allSettled(Array.from({ length: batch }, () => take(signal)));
          const failed = results.find((result) => result.status === 'rejected');
          if (failed) {
            if (taken.length === 0) throw failed.reason;
            const { detail } = refusalOf(failed.reason);
            return { outcome: 'refused', detail: `${detail}, after ${taken.length}` };
          }
        }
        return { outcome: 'through', detail: `${taken.length} were granted` };
      } finally {
        await Promise.all(taken.map((client) => client.close()));
      }
    },
    QUOTA_MS,
  );
}
