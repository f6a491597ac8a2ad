import { setTimeout as delay } from 'node:timers/promises';
import type { BenchPage } from './page.ts';
import type { Progress } from './pages/account.ts';

const POLL_MS = 250;

/** What both sides have reached. */
type Reached = Progress;

/**
 * Watches both sides of a conversation until they have reached something.
 *
 * @param sinceMs from when what they hear counts, Unix milliseconds
 * @param untilMs when to give up
 * @param isEnough whether what both have reached is what is waited for
 * @returns what both had reached at the end
 */
export async function watch(
  pages: { readonly a: BenchPage; readonly b: BenchPage },
  { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number },
  isEnough: (reached: Reached) => boolean,
): Promise<Reached> {
  for (;;) {
    const [a, b] = await Promise.all([pages.a.progress(sinceMs), pages.b.progress(sinceMs)]);
    const reached = {
      messages: a.messages && b.messages,
      rtc: a.rtc && b.rtc,
      frames: a.frames && b.frames,
    };
    if (isEnough(reached) || Date.now() >= untilMs) return reached;
    await delay(POLL_MS);
  }
}
