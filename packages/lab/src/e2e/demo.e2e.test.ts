import { describe, expect, it } from 'vitest';
import { useChromium } from './chromium-hooks.ts';
import { meet, message, profile, say, signIn, WEB } from './demo-page.ts';
import { serve } from './served.ts';

/** As `npm start`, where only mutual contacts can talk. */
const serveLikeStart = (env: Record<string, string> = {}) => serve({ CONTACTS: 'mutual', ...env }, WEB);

describe('the demo page in real Chromium, served by the real server', () => {
  const browser = useChromium();

  it('lets two tabs of one browser sign in, become contacts, talk and see the path', async () => {
    await using server = await serveLikeStart({ COTURN: 'off' });
    await using one = await profile(browser());
    const alice = await signIn(one.context, server.url, 'alice');
    const bob = await signIn(one.context, server.url, 'bob');
    await alice.waitForSelector('[data-test=empty-people]');
    expect(await alice.locator('[data-test=person]').count()).toBe(0);
    await meet(alice, 'bob', bob);
    await alice.click('[data-test=person][data-wallet=bob][data-online=true]');
    await say(alice, 'hello bob');
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
    await using server = await serveLikeStart();
    if (server.running.turnPid() === undefined) context.skip('coturn is not installed (apt-get install coturn)');
    await using one = await profile(browser());
    const alice = await signIn(one.context, `${server.url}/?network=turn`, 'alice');
    const bob = await signIn(one.context, `${server.url}/?network=turn`, 'bob');
    await meet(alice, 'bob', bob);
    await alice.click('[data-test=person][data-wallet=bob]');
    await alice.waitForSelector('[data-test=conversation][data-path=turn]');
    await say(alice, 'through coturn');
    await message(bob, 'through coturn', '[data-path=turn]');
    await alice.locator('[data-test=details] summary').click();
    await alice.locator('[data-test=pair]', { hasText: /relay/i }).waitFor();
  });

  it('keeps contacts and the conversation across a reload, and shows nothing twice', async () => {
    await using server = await serveLikeStart({ COTURN: 'off' });
    await using one = await profile(browser());
    const alice = await signIn(one.context, server.url, 'alice');
    const bob = await signIn(one.context, server.url, 'bob');
    await meet(alice, 'bob', bob);
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

  it('shows everybody who is online without requests, where the server has no contacts', async () => {
    await using server = await serve({ COTURN: 'off', CONTACTS: 'everyone' }, WEB);
    await using one = await profile(browser());
    const alice = await signIn(one.context, server.url, 'alice');
    const bob = await signIn(one.context, server.url, 'bob');
    await alice.click('[data-test=person][data-wallet=bob][data-online=true]');
    await say(alice, 'hello bob');
    await bob.click('[data-test=person][data-wallet=alice][data-online=true]');
    await message(bob, 'hello bob', '[data-state=received]');
    await alice.click('[data-test=peer-menu]');
    await alice.waitForSelector('[data-test=menu-safety]');
    await expect.poll(() => alice.locator('[role=menuitem]').count()).toBe(1);
    await alice.keyboard.press('Escape');
    await bob.close();
    await alice.waitForSelector('[data-test=person][data-wallet=bob][data-online=false]');
    await say(alice, 'waits for bob');
    await message(alice, 'waits for bob', '[data-state=queued]');
  });
});
