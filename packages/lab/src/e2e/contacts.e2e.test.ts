import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useChromium } from './chromium-hooks.ts';
import { add, focused, meet, message, profile, say, signIn, WEB } from './demo-page.ts';
import { serve } from './served.ts';

describe('contacts on the demo page in real Chromium, at the real server', () => {
  const browser = useChromium();

  /** Two people who are signed in at a server where only contacts can talk. */
  async function two() {
    const server = await serve({ COTURN: 'off', CONTACTS: 'mutual' }, WEB);
    const one = await profile(browser());
    const alice = await signIn(one.context, server.url, 'alice');
    const bob = await signIn(one.context, server.url, 'bob');
    const end = async () => {
      expect(one.faults).toEqual([]);
      await one[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    };
    return { server, one, alice, bob, [Symbol.asyncDispose]: end };
  }

  /** The same, in a conversation with each other over a direct path. */
  async function talking() {
    const people = await two();
    const { alice, bob } = people;
    await meet(alice, 'bob', bob);
    await alice.click('[data-test=person][data-wallet=bob]');
    await say(alice, 'hello');
    await message(bob, 'hello', '[data-state=received]');
    await alice.waitForSelector('[data-test=conversation][data-path=direct]');
    await bob.waitForSelector('[data-test=conversation][data-path=direct]');
    return people;
  }

  async function part(page: Page, how: 'remove' | 'block'): Promise<void> {
    await page.click('[data-test=peer-menu]');
    await page.click(`[data-test=menu-${how}]`);
    await page.click('[data-test=part-confirm]');
    await page.waitForSelector('[data-test=conversation]', { state: 'detached' });
  }

  it('a request is shown and announced at once, and accepting it leads into the conversation', async () => {
    await using people = await two();
    const { alice, bob } = people;
    await add(alice, ' bob ');
    await alice.locator('[data-test=added]', { hasText: 'asked bob' }).waitFor();
    await alice.waitForSelector('[data-test=outgoing][data-wallet=bob]');
    await bob.waitForSelector('[data-test=incoming][data-wallet=alice]');
    await bob.locator('[role=status]', { hasText: 'alice wants to talk to you' }).waitFor({ state: 'attached' });
    expect(await bob.title()).toBe('(1) anypath');
    await bob.focus('[data-test=accept]');
    await bob.keyboard.press('Enter');
    await bob.waitForSelector('[data-test=conversation][data-peer=alice]');
    await expect.poll(() => focused(bob)).toBe('composer');
    await alice.waitForSelector('[data-test=person][data-wallet=bob][data-online=true]');
    expect(await alice.locator('[data-test=outgoing]').count()).toBe(0);
    expect(await bob.title()).toBe('anypath');
  });

  it('two who add each other are contacts without more', async () => {
    await using people = await two();
    const { alice, bob } = people;
    await add(alice, 'bob');
    await bob.waitForSelector('[data-test=incoming]');
    await add(bob, 'alice');
    await bob.waitForSelector('[data-test=conversation][data-peer=alice]');
    await alice.waitForSelector('[data-test=person][data-wallet=bob][data-online=true]');
  });

  it('a request can be declined and withdrawn, and the focus stays in the list', async () => {
    await using people = await two();
    const { server, one, alice, bob } = people;
    const carla = await signIn(one.context, server.url, 'carla');
    await add(alice, 'bob');
    await add(carla, 'bob');
    await bob.click('[data-test=incoming][data-wallet=alice] [data-test=decline]');
    await bob.waitForSelector('[data-test=incoming][data-wallet=alice]', { state: 'detached' });
    await expect.poll(() => focused(bob)).toBe('accept');
    // Who declines is not told on.
    await alice.waitForSelector('[data-test=outgoing][data-wallet=bob]');
    await carla.click('[data-test=withdraw]');
    await bob.waitForSelector('[data-test=incoming]', { state: 'detached' });
    await expect.poll(() => focused(carla)).toBe('people-title');
    expect(await carla.locator('[data-test=outgoing]').count()).toBe(0);
  });

  it('the field for names says what is wrong, and takes an Ethereum address as its owner signs in', async () => {
    await using people = await two();
    const { alice } = people;
    const problem = (words: string) => alice.getByRole('alert').filter({ hasText: words }).waitFor();
    await add(alice, 'two words');
    await problem('no spaces');
    await add(alice, 'alice');
    await problem('That is you');
    await add(alice, '0x52908400098527886E0F7030069857D2E4169EE');
    await problem('40 letters and digits');
    await expect.poll(() => focused(alice)).toBe('add-name');
    const address = '0x52908400098527886E0F7030069857D2E4169EE7';
    await add(alice, address);
    await alice.waitForSelector(`[data-test=outgoing][data-wallet="${address.toLowerCase()}"]`);
    await add(alice, address);
    await problem('asked them already');
  });

  it('removing somebody ends the direct path too: the other side keeps what was said, sees why, and can ask again', async () => {
    await using people = await talking();
    const { alice, bob } = people;
    await part(alice, 'remove');
    await expect.poll(() => focused(alice)).toBe('people-title');
    expect(await alice.locator('[data-test=person]').count()).toBe(0);
    await bob.waitForSelector('[data-test=contact-notice][data-standing=former]');
    await bob.waitForSelector('[data-test=conversation][data-path=none]');
    expect(await bob.locator('[data-test=composer]').count()).toBe(0);
    await message(bob, 'hello', '');
    await bob.reload();
    await bob.waitForSelector('[data-test=contact-notice][data-standing=former]');
    await bob.click('[data-test=notice-ask]');
    await bob.waitForSelector('[data-test=contact-notice][data-standing=asked]');
    await alice.click('[data-test=incoming][data-wallet=bob] [data-test=accept]');
    await say(bob, 'here I am again');
    await message(alice, 'here I am again', '[data-state=received]');
    await expect.poll(() => alice.locator('[data-test=message]').count()).toBe(1);
  });

  it('a contact that ends while its other side is away is over when they come back', async () => {
    await using people = await talking();
    const { one, alice, bob } = people;
    const url = bob.url();
    await bob.goto('about:blank');
    await part(alice, 'remove');
    await bob.goto(url);
    await bob.waitForSelector('[data-test=contact-notice][data-standing=former]');
    expect(one.faults).toEqual([]);
  });

  it('who is blocked sees no more than an end, cannot ask to any effect, and is found again under Blocked', async () => {
    await using people = await talking();
    const { alice, bob } = people;
    await part(alice, 'block');
    await bob.waitForSelector('[data-test=contact-notice][data-standing=former]');
    await bob.click('[data-test=notice-ask]');
    await bob.waitForSelector('[data-test=contact-notice][data-standing=asked]');
    await add(alice, 'bob');
    await alice.getByRole('alert').filter({ hasText: 'Unblock' }).waitFor();
    expect(await alice.locator('[data-test=incoming]').count()).toBe(0);
    await alice.click('[data-test=blocked] summary');
    await alice.click('[data-test=blocked-person][data-wallet=bob] [data-test=unblock]');
    await alice.waitForSelector('[data-test=blocked]', { state: 'detached' });
    await expect.poll(() => focused(alice)).toBe('people-title');
    // Their request from before stays unheard; asking them makes the two contacts.
    expect(await alice.locator('[data-test=incoming]').count()).toBe(0);
    await add(alice, 'bob');
    await bob.waitForSelector('[data-test=composer]');
  });

  it('the menu and the question before it is done go by keyboard, and Escape gives the focus back', async () => {
    await using people = await talking();
    const { alice } = people;
    await alice.focus('[data-test=peer-menu]');
    await alice.keyboard.press('Enter');
    await expect.poll(() => focused(alice)).toBe('menu-safety');
    await alice.keyboard.press('ArrowDown');
    await expect.poll(() => focused(alice)).toBe('menu-remove');
    await alice.keyboard.press('ArrowUp');
    await alice.keyboard.press('ArrowUp');
    await expect.poll(() => focused(alice)).toBe('menu-block');
    await alice.keyboard.press('ArrowDown');
    await expect.poll(() => focused(alice)).toBe('menu-safety');
    await alice.keyboard.press('Escape');
    await expect.poll(() => focused(alice)).toBe('peer-menu');
    await alice.keyboard.press('Enter');
    await alice.keyboard.press('End');
    await alice.keyboard.press('Enter');
    await alice.waitForSelector('[data-test=part-dialog][data-action=block]');
    await expect.poll(() => focused(alice)).toBe('part-cancel');
    await alice.keyboard.press('Escape');
    await alice.waitForSelector('[data-test=part-dialog]', { state: 'detached' });
    await expect.poll(() => focused(alice)).toBe('peer-menu');
    await say(alice, 'still here');
    await message(alice, 'still here', '[data-state=delivered]');
  });
});
