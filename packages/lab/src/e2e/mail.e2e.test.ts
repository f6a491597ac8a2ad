import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useChromium } from './chromium-hooks.ts';
import { focused, meet, message, type Profile, profile, say, signIn, WEB } from './demo-page.ts';
import { serve } from './served.ts';

const bodies = (page: Page) => page.locator('[data-test=message] [data-test=body]').allInnerTexts();
const isOnline = (page: Page) => page.waitForSelector('[data-test=app][data-online=true]');
const select = (page: Page, wallet: string) => page.click(`[data-test=person][data-wallet="${wallet}"]`);
const isAway = (page: Page, wallet: string) =>
  page.waitForSelector(`[data-test=person][data-wallet="${wallet}"][data-online=false]`);
/** The groups of the safety number on screen. */
async function digits(page: Page): Promise<string[]> {
  const groups = page.locator('[data-test=safety-number] li');
  await groups.first().waitFor();
  return groups.allInnerTexts();
}
const notice = (page: Page, kinds: string) =>
  page.waitForSelector(`[data-test=key-notice][data-kinds="${kinds}"]`, { state: 'attached' });

describe('messages for somebody who is away, on the demo page in real Chromium, at the real server', () => {
  const browser = useChromium();

  /** Alice and Bob, in browsers of their own, who are contacts. */
  async function two() {
    const server = await serve({ COTURN: 'off', CONTACTS: 'mutual' }, WEB);
    const profiles: Profile[] = [];
    const another = async () => {
      const opened = await profile(browser());
      profiles.push(opened);
      return opened.context;
    };
    const [hers, his] = [await another(), await another()];
    const alice = await signIn(hers, server.url, 'alice');
    const bob = await signIn(his, server.url, 'bob');
    await meet(alice, 'bob', bob);
    await select(alice, 'bob');
    const end = async () => {
      expect(profiles.flatMap(({ faults }) => faults)).toEqual([]);
      for (const one of profiles) await one[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    };
    return { server, another, hers, his, alice, bob, [Symbol.asyncDispose]: end };
  }

  /** The same, where Bob has closed his page. */
  async function bobAway() {
    const people = await two();
    await people.bob.close();
    await isAway(people.alice, 'bob');
    await people.alice.waitForSelector('[data-test=conversation][data-path=mailbox]');
    return people;
  }

  async function comeBack(context: BrowserContext, url: string, name: string, peer: string): Promise<Page> {
    const page = await signIn(context, url, name);
    await select(page, peer);
    return page;
  }

  it('[S5.4] are stored, outlive the page that sent them, and are read once, whenever the reader reloads', async () => {
    await using people = await bobAway();
    const { server, his, alice } = people;
    await alice.locator('[data-test=composer-hint]', { hasText: 'keeps your messages' }).waitFor();
    await say(alice, 'for later');
    await message(alice, 'for later', '[data-mine=true][data-state=queued]');
    await alice.close();
    const bob = await comeBack(his, server.url, 'bob', 'alice');
    await message(bob, 'for later', '[data-state=received][data-path=mailbox]');
    await bob.reload();
    await isOnline(bob);
    expect(await bodies(bob)).toEqual(['for later']);
    const again = await comeBack(his, server.url, 'bob', 'alice');
    expect(await bodies(again)).toEqual([]);
  });

  it('[S5.4] arrive once and in order while their reader reloads again and again', async () => {
    await using people = await two();
    const { alice, bob } = people;
    await select(bob, 'alice');
    const sent = Array.from({ length: 20 }, (_, index) => `message ${index}`);
    for (const [index, text] of sent.entries()) {
      await say(alice, text);
      if (index % 4 === 3) await bob.reload();
    }
    await message(bob, sent.at(-1) ?? '', '[data-state=received]');
    expect(await bodies(bob)).toEqual(sent);
  });

  it('are not shown again where the page of their reader crashed right after it had them', async () => {
    await using people = await two();
    const { server, his, alice, bob } = people;
    await bob.close();
    for (const day of ['Monday', 'Tuesday']) {
      const reader = await comeBack(his, server.url, 'bob', 'alice');
      const said = ['one', 'two', 'three'].map((number) => `${day} ${number}`);
      for (const text of said) await say(alice, text);
      await message(alice, said.at(-1) ?? '', '[data-state=delivered]');
      expect(await bodies(reader)).toEqual(said);
      const crashed = reader.waitForEvent('crash');
      await reader.goto('chrome://crash').catch(() => undefined);
      await crashed;
      await reader.close();
    }
  });

  it('[S5.3] show on the sender’s side that they wait, and then how they travelled', async () => {
    await using people = await bobAway();
    const { server, his, alice } = people;
    await say(alice, 'for later');
    await message(alice, 'for later', '[data-state=queued]');
    await alice.locator('[data-test=details] summary').click();
    await alice.locator('[data-test=last-message]', { hasText: 'until they are back' }).waitFor();
    await comeBack(his, server.url, 'bob', 'alice');
    await message(alice, 'for later', '[data-state=delivered][data-path=mailbox]');
    expect(await alice.locator('[data-test=took]').first().innerText()).toMatch(/\d/);
    expect(await alice.locator('[data-test=forced]').count()).toBe(0);
  });

  it('go out after a reload that were written without a connection, as the same messages', async () => {
    await using people = await bobAway();
    const { server, hers, his, alice } = people;
    await hers.setOffline(true);
    await alice.waitForSelector('[data-test=conversation][data-path=none]');
    await say(alice, 'from the tunnel');
    await message(alice, 'from the tunnel', '[data-state=sending]');
    await alice.goto('about:blank');
    await hers.setOffline(false);
    await alice.goto(server.url);
    await message(alice, 'from the tunnel', '[data-state=queued]');
    expect(await bodies(alice)).toEqual(['from the tunnel']);
    const bob = await comeBack(his, server.url, 'bob', 'alice');
    await message(bob, 'from the tunnel', '[data-state=received]');
    expect(await bodies(bob)).toEqual(['from the tunnel']);
  });

  it('are shown in one of two tabs, and in the other when that one is closed', async () => {
    await using people = await bobAway();
    const { server, his, alice } = people;
    await say(alice, 'one');
    await message(alice, 'one', '[data-state=queued]');
    const tabs = [
      await comeBack(his, server.url, 'bob', 'alice'),
      await comeBack(his, server.url, 'bob', 'alice'),
    ] as const;
    await message(alice, 'one', '[data-state=delivered]');
    const shown = await Promise.all(tabs.map(bodies));
    expect(shown.flat()).toEqual(['one']);
    await say(alice, 'two');
    await message(alice, 'two', '[data-state=delivered]');
    const [first, second] = await Promise.all(tabs.map(bodies));
    expect([...(first ?? []), ...(second ?? [])].sort()).toEqual(['one', 'two']);
    const [reader, other] = first?.includes('two') ? tabs : [tabs[1], tabs[0]];
    await reader.close();
    await say(alice, 'three');
    await message(other, 'three', '[data-state=received]');
    await message(alice, 'three', '[data-state=delivered]');
  });

  it('show up on the other devices of who sent them, as their own', async () => {
    await using people = await bobAway();
    const { server, another, alice } = people;
    const tablet = await comeBack(await another(), server.url, 'alice', 'bob');
    await say(alice, 'from the desk');
    await message(tablet, 'from the desk', '[data-mine=true][data-state=elsewhere]');
    expect(await tablet.locator('[data-test=message]').innerText()).toContain('another device of yours');
    await tablet.locator('[data-test=details] summary').click();
    await tablet.locator('[data-test=last-message]', { hasText: 'another device of yours' }).waitFor();
  });

  it('are encrypted for a number that both see alike, and who gets a new device is told of', async () => {
    await using people = await two();
    const { server, another, hers, alice, bob } = people;
    await say(alice, 'hello');
    await message(bob, 'hello', '[data-state=received]');
    const number = async (page: Page) => {
      await page.focus('[data-test=peer-menu]');
      await page.keyboard.press('Enter');
      await expect.poll(() => focused(page)).toBe('menu-safety');
      await page.keyboard.press('Enter');
      return digits(page);
    };
    const seen = await number(alice);
    expect(seen).toHaveLength(12);
    expect(seen.join(' ')).toMatch(/^(\d{5} ){11}\d{5}$/);
    expect(await number(bob)).toEqual(seen);
    await hers.grantPermissions(['clipboard-read', 'clipboard-write']);
    await alice.click('[data-test=safety-copy]');
    await alice.locator('[data-test=copy-state]', { hasText: 'Copied' }).waitFor();
    expect(await alice.evaluate(() => navigator.clipboard.readText())).toBe(seen.join(' '));
    await alice.keyboard.press('Escape');
    await expect.poll(() => focused(alice)).toBe('peer-menu');
    const phone = await signIn(await another(), server.url, 'bob');
    await Promise.all([bob.close(), phone.close()]);
    await isAway(alice, 'bob');
    await say(alice, 'to both of your devices');
    await notice(alice, 'added');
    await alice.click('[data-test=notice-compare]');
    expect(await digits(alice)).not.toEqual(seen);
    await alice.keyboard.press('Escape');
    await alice.reload();
    await notice(alice, 'added');
    await alice.click('[data-test=notice-put-away]');
    await notice(alice, '');
  });
});

describe('the devices of a person, on the demo page in real Chromium, at the real server', () => {
  const browser = useChromium();
  const row = (page: Page, here: boolean) => page.locator(`[data-test=device][data-here=${here}]`);

  /** Alice on two devices, each with a browser of its own. */
  async function deskAndPhone() {
    const server = await serve({ COTURN: 'off', CONTACTS: 'mutual' }, WEB);
    const one = await profile(browser());
    const other = await profile(browser());
    const desk = await signIn(one.context, server.url, 'alice');
    const phone = await signIn(other.context, server.url, 'alice');
    const end = async () => {
      for (const each of [other, one, server]) await each[Symbol.asyncDispose]();
    };
    return { server, desk, phone, [Symbol.asyncDispose]: end };
  }

  /** A device that was revoked says so, and its owner signs in again. */
  async function comeBack(page: Page): Promise<void> {
    await page.waitForSelector('[data-test=stopped][data-code=device_revoked]');
    await page.click('[data-test=sign-out]');
    await page.fill('[data-test=name]', 'alice');
    await page.click('[data-test=sign-in]');
    await isOnline(page);
  }

  it('are listed, renamed in place and revoked by keyboard; a revoked one says so, and comes back as a new one', async () => {
    await using devices = await deskAndPhone();
    const { desk, phone } = devices;
    await desk.locator('[data-test=settings] > summary').click();
    await row(desk, true).locator('text=This device').waitFor();
    await row(desk, false).waitFor();
    expect(await row(desk, true).locator('[data-test=device-revoke]').count()).toBe(0);

    await row(desk, false).locator('[data-test=device-rename]').focus();
    await desk.keyboard.press('Enter');
    await expect.poll(() => focused(desk)).toBe('device-name');
    await desk.keyboard.type(' ');
    await desk.keyboard.press('Enter');
    await desk.getByRole('alert').filter({ hasText: 'enter a name' }).waitFor();
    await desk.keyboard.type('Old phone');
    await desk.keyboard.press('Enter');
    await row(desk, false).locator('text=Old phone').waitFor();
    await expect.poll(() => focused(desk)).toBe('device-rename');

    await desk.keyboard.press('Tab');
    await expect.poll(() => focused(desk)).toBe('device-revoke');
    await desk.keyboard.press('Enter');
    await desk.locator('[data-test=revoke-dialog]', { hasText: 'Revoke Old phone?' }).waitFor();
    await desk.keyboard.press('Escape');
    await desk.waitForSelector('[data-test=revoke-dialog]', { state: 'detached' });
    await expect.poll(() => focused(desk)).toBe('device-revoke');
    await desk.keyboard.press('Enter');
    await desk.click('[data-test=revoke-confirm]');
    await row(desk, false).waitFor({ state: 'detached' });
    await expect.poll(() => focused(desk)).toBe('device-rename');

    await comeBack(phone);
    await row(desk, false).waitFor();
    expect(await row(desk, false).innerText()).not.toContain('Old phone');
  });

  it('that was revoked while it was away hears of it when it is back, and can sign in again', async () => {
    await using devices = await deskAndPhone();
    const { server, desk, phone } = devices;
    await phone.goto('about:blank');
    await desk.locator('[data-test=settings] > summary').click();
    await desk.locator('[data-test=device-revoke]').click();
    await desk.click('[data-test=revoke-confirm]');
    await row(desk, false).waitFor({ state: 'detached' });
    await phone.goto(server.url);
    await comeBack(phone);
    await row(desk, false).waitFor();
  });
});
