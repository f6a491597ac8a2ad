import { createHmac, randomBytes } from 'node:crypto';
import type { TurnCredentials } from '@anypath/stun';
import { credentialsOf } from '../target.ts';
import type { AttackRow } from './report.ts';
import { type AttackScene, type AttackTarget, allocateOn, answered, judged } from './scene.ts';

const HOUR_SECONDS = 3_600;

/** Tries to make allocations with credentials that are none. */
export function attackCredentials(scene: AttackScene): Promise<AttackRow[]> {
  const tried = badCredentials(scene.target, Math.floor(Date.now() / 1000));
  return Promise.all(
    Object.entries(tried).map(([subject, credentials]) =>
      judged(scene, { attack: 'credentials', subject }, (signal) => answered(allocated(scene, credentials, signal))),
    ),
  );
}

async function allocated(scene: AttackScene, credentials: TurnCredentials, signal: AbortSignal): Promise<void> {
  const client = await allocateOn(scene, signal, { credentials });
  await client.close();
}

/**
 * Credentials that a server must refuse.
 *
 * @param nowSeconds Unix time
 */
export function badCredentials({ access }: AttackTarget, nowSeconds: number): Record<string, TurnCredentials> {
  const good = credentialsOf(access, nowSeconds * 1000);
  const guess = randomBytes(20).toString('base64');
  const always = {
    forged: { ...good, credential: guess },
    'without a name': { username: '', credential: good.credential },
    'of another user': { ...good, username: `${nowSeconds + HOUR_SECONDS}:somebody-else` },
  };
  if (access.by === 'password') return always;
  const signed = (username: string): TurnCredentials => ({
    username,
    credential: createHmac('sha1', access.secret).update(username).digest('base64'),
  });
  const expired = signed(`${nowSeconds - HOUR_SECONDS}:doctor`);
  return {
    ...always,
    expired,
    // The signature of what has expired under a name with a later time.
    'expired, with its time changed': { ...expired, username: `${nowSeconds + HOUR_SECONDS}:doctor` },
    'without an expiry': signed('doctor'),
  };
}
