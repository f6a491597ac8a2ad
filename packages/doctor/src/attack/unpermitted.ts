import { randomBytes } from 'node:crypto';
import type { TurnClient } from '@anypath/stun';
import type { AttackRow, Judgement } from './report.ts';
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
      const [early, late] = [randomBytes(16), randomBytes(16)];
      const first = firstOf(victim, { early, late });
      await attacker.permit(victim.relayed.address, { signal });
      attacker.send(victim.relayed, early);
      // The answer to a later request on the same connection: what was sent before has passed the relay.
      await attacker.permit(victim.relayed.address, { signal });
      await victim.permit(attacker.relayed.address, { signal });
      const timer = setInterval(() => attacker.send(victim.relayed, late), SEND_EVERY_MS);
      try {
        return JUDGEMENT[await Promise.race([first, ended(signal)])];
      } finally {
        clearInterval(timer);
      }
    } finally {
      await Promise.all([victim.close(), attacker.close()]);
    }
  });
}

const JUDGEMENT = {
  early: { outcome: 'through', detail: 'it arrived without a permission' },
  late: { outcome: 'refused', detail: 'it arrived with a permission alone' },
} as const satisfies Record<string, Judgement>;

/** Which of two packets arrives first: what is sent before the permission, or what is sent after it. */
function firstOf(
  client: TurnClient,
  packets: Readonly<Record<'early' | 'late', Uint8Array>>,
): Promise<'early' | 'late'> {
  return new Promise((resolve) => {
    client.onData((data) => {
      if (Buffer.compare(data, packets.early) === 0) resolve('early');
      if (Buffer.compare(data, packets.late) === 0) resolve('late');
    });
  });
}

const ended = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
