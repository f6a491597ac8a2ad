import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { findChromium, launchChromium } from '../browser/chromium.ts';

/**
 * Starts one Chromium for the tests of a `describe`, and ends it after them; skips them where there is none.
 *
 * @param more arguments of its own
 * @returns gives the browser, within a test
 */
export function useChromium(more: readonly string[] = []): () => Browser {
  const chromium = findChromium();
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (chromium) browser = await launchChromium(chromium, more);
  });
  afterAll(async () => browser?.close());
  beforeEach((context) => {
    if (!chromium) context.skip('Chromium is not installed (apt-get install chromium)');
  });
  return () => {
    if (!browser) throw new Error('there is no browser');
    return browser;
  };
}
