import { setTimeout as delay } from 'node:timers/promises';
import { AnypathError } from '@anypath/protocol';

/** So many may change the same thing at once before one of them gives up. */
const TRIES_MAX = 30;
/** The longest pause between two tries, milliseconds. */
const PAUSE_MAX_MS = 50;

/**
 * Tries a change that only counts where nobody else was quicker, until it does.
 *
 * @param attempt reads, decides and writes; `undefined` where somebody else has changed it in between. What it throws ends the tries
 * @throws AnypathError `store_unavailable` where somebody else always was quicker
 */
export async function untilUncontested<T extends object>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    const result = await attempt();
    if (result) return result;
    // At random, so that those who met once do not meet again.
    await delay(Math.random() * Math.min(PAUSE_MAX_MS, 2 ** tries));
  }
  throw new AnypathError('store_unavailable', 'too many change the same thing at the same time; try again');
}
