import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { bundleSdk } from '../browser/sdk-bundle.ts';
import { obstacles } from './accessibility.ts';
import { CallPage } from './call-page.ts';
import { useChromium } from './chromium-hooks.ts';
import { focused, meet, message, profile, say, signIn, WEB } from './demo-page.ts';
import { serve } from './served.ts';

const serveForAlice = () => serve({ COTURN: 'off', ADMIN_WALLETS: 'alice', CONTACTS: 'mutual' }, WEB);

const shown = (page: Page) => page.waitForSelector('[data-test=ops][data-phase=shown]');
const tile = (page: Page, id: string, text: RegExp) =>
  page.locator(`[data-tile=${id}] .tile-value`, { hasText: text }).waitFor();

describe('the page /ops in real Chromium, served by the real server', () => {
  const browser = useChromium();

  it('[S7.5] is reached from the main page by who may see it, and shows live how two people connect', async () => {
    await using server = await serveForAlice();
    await using one = await profile(browser());
    const alice = await signIn(one.context, server.url, 'alice');
    const bob = await signIn(one.context, server.url, 'bob');
    await bob.click('[data-test=settings] summary');
    await bob.waitForSelector('[data-test=to-check]');
    expect(await bob.locator('[data-test=to-ops]').count(), 'bob is no admin').toBe(0);
    await meet(alice, 'bob', bob);
    await alice.click('[data-test=person][data-wallet=bob]');
    await alice.waitForSelector('[data-test=conversation][data-path=direct]');
    await say(alice, 'directly');
    await message(bob, 'directly', '[data-state=received]');

    const ops = await one.context.newPage();
    await alice
      .evaluate(() => sessionStorage.getItem('anypath-web:session'))
      .then((session) =>
        ops.addInitScript((text) => sessionStorage.setItem('anypath-web:session', text ?? ''), session),
      );
    await ops.goto(`${server.url}/ops`);
    await shown(ops);
    await tile(ops, 'sockets', /^2$/);
    // What both pages report some seconds after the connection opened arrives here by itself.
    await tile(ops, 'success', /^100%$/);
    await ops.locator('[data-facts=networks] td', { hasText: 'home' }).waitFor();
    await ops.locator('[data-panel=connections] canvas').waitFor();
    expect(await obstacles(ops)).toEqual([]);

    await alice.click('[data-test=settings] summary');
    await alice.click('[data-test=to-ops]');
    await shown(alice);
    expect(one.faults).toEqual([]);
  });

  it('[S7.5] works by keyboard and in Spanish, fits on a phone, has no obstacles in the dark, and says when the server is gone', async () => {
    await using server = await serveForAlice();
    const context = await browser().newContext({
      locale: 'es',
      colorScheme: 'dark',
      viewport: { width: 390, height: 844 },
    });
    const page = await signIn(context, server.url, 'alice');
    await page.goto(`${server.url}/ops`);
    await shown(page);
    expect([await page.title(), await page.getAttribute('html', 'lang')]).toEqual(['anypath · Operación', 'es']);
    const summary = page.locator('[data-panel=connections] summary');
    await summary.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.getByRole('region', { name: 'Conexiones' }).locator('td').first().waitFor();
    expect(await focused(page), 'what scrolls').toBe('section');
    await page.locator('input[value="24"]').focus();
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('input[value="6"]').isChecked()).toBe(true);
    expect(await obstacles(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.route('**/api/v1/ops*', (route) => route.abort());
    await page.waitForSelector('[data-test=stale]');
    expect(await obstacles(page)).toEqual([]);
    await context.close();
  });

  it('[S7.5] says why there is nothing to see: to who is not signed in, is no admin, or reaches no server', async () => {
    await using server = await serveForAlice();
    await using one = await profile(browser());
    const page = await one.context.newPage();
    await page.goto(`${server.url}/ops`);
    await page.waitForSelector('[data-test=ops][data-phase=signed-out]');
    expect(await obstacles(page)).toEqual([]);
    const bob = await signIn(one.context, server.url, 'bob');
    await bob.goto(`${server.url}/ops`);
    await bob.waitForSelector('[data-test=ops][data-phase=refused]');
    expect(await bob.locator('[data-test=instead]').innerText()).toContain('ADMIN_WALLETS');
    await bob.route('**/api/v1/ops*', (route) => route.abort());
    await bob.reload();
    await bob.waitForSelector('[data-test=ops][data-phase=failed]');
    await bob.unroute('**/api/v1/ops*');
    await bob.click('[data-test=instead] button');
    await bob.waitForSelector('[data-test=ops][data-phase=refused]');
    expect(one.faults).toEqual([]);
  });

  it('[S7.5] what goes through the real coturn is told when the connection is over, by either side', async (context) => {
    await using server = await serve();
    if (server.running.turnPid() === undefined) context.skip('coturn is not installed (apt-get install coturn)');
    const sdk = await bundleSdk();
    const pages = await Promise.all([
      CallPage.open(browser(), server.url, sdk, 'alice', 'bob', { prepare: relayedOnly }),
      CallPage.open(browser(), server.url, sdk, 'bob', 'alice', { prepare: relayedOnly }),
    ]);
    const [alice] = pages;
    await alice.page.waitForFunction(() => window.phone.link.path === 'turn', undefined, { timeout: 20_000 });
    await alice.page.evaluate(() => window.phone.link.send('x'.repeat(40_000)).delivered);
    await alice.page.evaluate(() => window.phone.link.close());
    const relayed = async (direction: string) => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      const row = `^anypath_relayed_bytes_total\\{provider="coturn",direction="${direction}"\\} (\\d+)$`;
      return Number(new RegExp(row, 'm').exec(text)?.[1]);
    };
    // Alice sent them through her allocation, and bob received them through his.
    for (const direction of ['sent', 'received'])
      await expect.poll(() => relayed(direction), { timeout: 10_000 }).toBeGreaterThan(40_000);
    await Promise.all(pages.map((page) => page[Symbol.asyncDispose]()));
  });
});

/** Runs in the page before everything else: leaves it no candidates but the relay's. */
function relayedOnly(): void {
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(config?: RTCConfiguration) {
      super({ ...config, iceTransportPolicy: 'relay' });
    }
  };
}
