import { isIP } from 'node:net';
import { ArgumentError, type TurnAccess, turnTarget } from '../target.ts';
import type { AttackTarget } from './scene.ts';

const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?$/i;

/**
 * What is to be attacked.
 *
 * @throws ArgumentError
 */
export function attackTarget(target: AttackTarget): AttackTarget {
  const host = target.host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0 && !NAME.test(host)) {
    throw new ArgumentError(
      `HOST: ${JSON.stringify(host.slice(0, 80))} is not a name or an address; give turn.example.com.`,
    );
  }
  requireAccess(target.access);
  return { ...target, host };
}

/** As for the doctor: an empty word or a line break is a mistake. */
function requireAccess(access: TurnAccess): void {
  turnTarget([], access);
}
