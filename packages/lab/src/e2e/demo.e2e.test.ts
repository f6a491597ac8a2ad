import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from '../browser/chromium.ts';
import { serve } from './served.ts';

const WEB = fileURLToPath(new URL('../../../../apps/web/dist', import.meta.url));
const chromium = findChromium();

describe('the demo page in real Chromium, served by the real server', () => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (chromium) browser = await launchChromium(chromium);
  });
  afterAll(async () => browser?.close());
  beforeEach((context) => {
    if (!chromium) context.skip('Chromium is not installed (apt-get install chromium)');
  });

  /** A browser profile; its pages report what goes wrong in them. */
  async function profile() {
    const context = await (browser as Browser).newContext({ locale: 'en' });
    const faults: string[] = [];
    context.on('weberror', (error) => faults.push(error.error().message));
    context.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) faults.push(message.text());
    });
    return { context, faults, [Symbol.asyncDispose]: () => context.close() };
  }

  async function signIn(context: BrowserContext, url: string, name: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(url);
    await page.fill('[data-test=name]', name);
    await page.click('[data-test=sign-in]');
    await page.waitForSelector('[data-test=app][data-online=true]');
    return page;
  }

  async function say(page: Page, text: string): Promise<void> {
    await page.fill('[data-test=composer]', text);
    await page.press('[data-test=composer]', 'Enter');
  }

  /** The message with that text, once its data attributes are as wanted. */
  const message = (page: Page, text: string, wanted: string) =>
    page.locator(`[data-test=message]${wanted}`, { hasText: text }).waitFor();

  it('lets two tabs of one browser sign in, see each other, talk and see the path', async () => {
    await using server = await serve({ COTURN: 'off' }, WEB);
    await using one = await profile();
    const alice = await signIn(one.context, server.url, 'alice');
    const bob = await signIn(one.context, server.url, 'bob');
    await alice.click('[data-test=person][data-wallet=bob][data-online=true]');
    await say(alice, 'hello bob');
    await bob.click('[data-test=person][data-wallet=alice][data-online=true]');
    await message(bob, 'hello bob', '[data-mine=false][data-state=received]');
    await message(alice, 'hello bob', '[data-mine=true][data-state=delivered]');
    await alice.waitForSelector('[data-test=conversation][data-path=direct]');
    await bob.waitForSelector('[data-test=conversation][data-path=direct]');
    await say(bob, 'hello alice');
    await message(bob, 'hello alice', '[data-state=delivered][data-path=direct]');
    await message(alice, 'hello alice', '[data-mine=false][data-path=direct]');
    expect(await alice.locator('[data-test=took]').last().innerText()).toMatch(/\d/);
    expect(one.faults).toEqual([]);
  });

  it('shows TURN as the path where it is asked for', async (context) => {
    await using server = await serve({}, WEB);
    if (server.running.turnPid() === undefined) context.skip('coturn is not installed (apt-get install coturn)');
    await using one = await profile();
    const alice = await signIn(one.context, `${server.url}/?network=turn`, 'alice');
    const bob = await signIn(one.context, `${server.url}/?network=turn`, 'bob');
    await alice.click('[data-test=person][data-wallet=bob]');
    await alice.waitForSelector('[data-test=conversation][data-path=turn]');
    await say(alice, 'through coturn');
    await bob.click('[data-test=person][data-wallet=alice]');
    await message(bob, 'through coturn', '[data-path=turn]');
    await alice.locator('[data-test=details] summary').click();
    await alice.locator('[data-test=pair]', { hasText: /relay/i }).waitFor();
  });

  it('keeps the conversation across a reload, and shows nothing twice', async () => {
    await using server = await serve({ COTURN: 'off' }, WEB);
    await using one = await profile();
    const alice = await signIn(one.context, server.url, 'alice');
    const bob = await signIn(one.context, server.url, 'bob');
    await alice.click('[data-test=person][data-wallet=bob]');
    await say(alice, 'before');
    await message(alice, 'before', '[data-state=delivered]');
    await bob.reload();
    await say(alice, 'while away');
    await bob.waitForSelector('[data-test=app][data-online=true]');
    await bob.click('[data-test=person][data-wallet=alice]');
    await message(bob, 'while away', '[data-state=received]');
    expect(await bob.locator('[data-test=message] [data-test=body]').allInnerTexts()).toEqual(['before', 'while away']);
  });
});
