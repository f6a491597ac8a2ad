import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** The folder of the built page. */
export const WEB = fileURLToPath(new URL('../../../../apps/web/dist', import.meta.url));

/** A browser profile; its pages report what goes wrong in them. */
export interface Profile extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly faults: readonly string[];
}

/** Opens a browser profile in English. */
export async function profile(browser: Browser): Promise<Profile> {
  const context = await browser.newContext({ locale: 'en' });
  const faults: string[] = [];
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  return { context, faults, [Symbol.asyncDispose]: () => context.close() };
}

/** Signs in by name in a tab of its own. */
export async function signIn(context: BrowserContext, url: string, name: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.fill('[data-test=name]', name);
  await page.click('[data-test=sign-in]');
  await page.waitForSelector('[data-test=app][data-online=true]');
  return page;
}

/** Types a name into the field that adds somebody. */
export async function add(page: Page, name: string): Promise<void> {
  await page.fill('[data-test=add-name]', name);
  await page.press('[data-test=add-name]', 'Enter');
}

/** Makes two contacts of each other: one asks, the other accepts, and sees the conversation then. */
export async function meet(asking: Page, name: string, asked: Page): Promise<void> {
  await add(asking, name);
  await asked.click('[data-test=incoming] [data-test=accept]');
  await asking.waitForSelector(`[data-test=person][data-wallet="${name}"][data-online=true]`);
}

/** Sends a message in the conversation on screen. */
export async function say(page: Page, text: string): Promise<void> {
  await page.fill('[data-test=composer]', text);
  await page.press('[data-test=composer]', 'Enter');
}

/** Waits for the message with that text, until its data attributes are as wanted. */
export const message = (page: Page, text: string, wanted: string): Promise<void> =>
  page.locator(`[data-test=message]${wanted}`, { hasText: text }).waitFor();

/** What has the focus: its `data-test`, else its id, else its element. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement } = document;
    return activeElement?.getAttribute('data-test') ?? (activeElement?.id || (activeElement?.localName ?? ''));
  });
