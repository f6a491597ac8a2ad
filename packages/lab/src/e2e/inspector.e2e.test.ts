import { describe, expect, it } from 'vitest';
import { useChromium } from './chromium-hooks.ts';
import { focused, message, profile, say, signIn, WEB } from './demo-page.ts';
import { serve } from './served.ts';

describe('what the demo page shows of a connection, in real Chromium', () => {
  const browser = useChromium();

  it('[S6.3] opens from the details, follows the link, and is copied without anything private', async () => {
    await using server = await serve({ COTURN: 'off' }, WEB);
    await using one = await profile(browser());
    await one.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const alice = await signIn(one.context, server.url, 'alice');
    const bob = await signIn(one.context, server.url, 'bob');
    await alice.bringToFront();
    await alice.click('[data-test=person][data-wallet=bob][data-online=true]');
    await say(alice, 'a secret');
    await message(alice, 'a secret', '[data-state=delivered]');
    await alice.waitForSelector('[data-test=conversation][data-path=direct]');
    await alice.locator('[data-test=details] summary').press('Enter');
    await alice.locator('[data-test=inspect]').press('Enter');
    await alice.locator('[data-test=inspector-pair] code', { hasText: 'udp' }).first().waitFor();
    await alice.locator('[data-test=trace] [data-event=path]', { hasText: 'Direct' }).waitFor();
    expect(await alice.locator('[data-test=inspector-times]').innerText()).toContain('DTLS');

    await alice.locator('[data-test=inspector-copy]').press('Enter');
    await alice.locator('[data-test=copy-state]', { hasText: 'Copied.' }).waitFor();
    const copied = await alice.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('"path": "direct"');
    expect(copied).toMatch(/ path \{"from":"[a-z]+","to":"direct"/);
    expect(copied).not.toMatch(/secret|alice|bob|\d+\.\d+\.\d+\.\d+|\.local/);

    await bob.close();
    await alice.locator('[data-test=trace] [data-event=presence]', { hasText: '0 of their devices' }).first().waitFor();
    await alice.keyboard.press('Escape');
    await alice.locator('[data-test=inspector]').waitFor({ state: 'detached' });
    await expect.poll(() => focused(alice)).toBe('inspect');
    expect(one.faults).toEqual([]);
  });
});
