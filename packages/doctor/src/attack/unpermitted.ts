import { randomBytes } from 'node:crypto';
import type { TurnClient } from '@anypath/stun';
import type { AttackRow } from './report.ts';
import { type AttackScene, allocateOn, judged } from './scene.ts';

const SEND_EVERY_MS = 100;

/**
 * Sends to somebody who has given no permission (RFC 8656 section 9 asks for one), from an allocation beside theirs. Then
 * they give it, to see that it would have come.
 */
export function attackUnpermitted(scene: AttackScene): Promise<AttackRow> {
  return judged(scene, { attack: 'unpermitted', subject: 'data' }, async (signal) => {
    const victim = await allocateOn(scene, signal);
    const attacker = await allocateOn(scene, signal).catch(async (error: unknown) => {
      await victim.close();
      throw error;
    });
    try {
      await attacker.permit(victim.relayed.address, { signal });
      const early = randomBytes(16);
      attacker.send(victim.relayed, early);
      // The answer to a later request on the same connection: what was sent before has passed the relay.
      await attacker.permit(victim.relayed.address, { signal });
      const heard = await permittedData(victim, attacker, early, signal);
      return heard === 'early'
        ? { outcome: 'through', detail: 'it arrived without a permission' }
        : { outcome: 'refused', detail: 'it arrived with a permission alone' };
    } finally {
      await Promise.all([victim.close(), attacker.close()]);
    }
  });
}

/** @returns which came first: what was sent before the permission, or after it */
async function permittedData(
  victim: TurnClient,
  attacker: TurnClient,
  early: Uint8Array,
  signal: AbortSignal,
): Promise<'early' | 'late'> {
  const late = randomBytes(16);
  const first = new Promise<'early' | 'late'>((resolve) => {
    victim.onData((data) => {
      if (Buffer.compare(data, early) === 0) resolve('early');
      if (Buffer.compare(data, late) === 0) resolve('late');
    });
  });
  await victim.permit(attacker.relayed.address, { signal });
  const timer = setInterval(() => attacker.send(victim.relayed, late), SEND_EVERY_MS);
  try {
    return await Promise.race([first, ended(signal)]);
  } finally {
    clearInterval(timer);
  }
}

const ended = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
