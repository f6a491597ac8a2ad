import { readFileSync } from 'node:fs';
import { DoctorReport } from '@anypath/protocol';
import type { Browser, Page } from 'playwright-core';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { useChromium } from './chromium-hooks.ts';
import { focused, profile, signIn, WEB } from './demo-page.ts';
import { serve } from './served.ts';

const CHECK_MS = 30_000;

/** A check that ran to its end. */
async function checked(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/check`);
  await page.click('[data-test=start]');
  await page.waitForSelector('[data-test=check][data-phase=done]', { timeout: CHECK_MS });
}

const stateOf = (page: Page, path: string) => page.getAttribute(`[data-test=rung][data-path=${path}]`, 'data-state');

async function phone(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: 'en', viewport: { width: 390, height: 844 } });
  return context.newPage();
}

describe('the page /check in real Chromium, served by the real server with the real coturn', () => {
  const browser = useChromium();

  it('[S7.3] [S6.3] fills the ladder without anybody being signed in, and gives a verdict', async (context) => {
    await using server = await serve({ CHECK_PUBLIC: 'true' }, WEB);
    if (server.running.turnPid() === undefined) context.skip('coturn is not installed (apt-get install coturn)');
    await using one = await profile(browser());
    const page = await one.context.newPage();
    await checked(page, server.url);
    for (const path of ['turn-udp', 'turn-tcp', 'relay-websocket', 'relay-polling']) {
      expect([path, await stateOf(page, path)]).toEqual([path, 'works']);
    }
    expect(await page.getAttribute('[data-test=verdict]', 'data-status')).toBe('good');
    expect(await page.locator('[data-test=finding][data-severity=problem]').count()).toBe(0);
    expect(one.faults).toEqual([]);
  });

  it('folds the details, and gives the report to copy and to download', async () => {
    await using server = await serve({ CHECK_PUBLIC: 'true', COTURN: 'off' }, WEB);
    await using one = await profile(browser());
    await one.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await one.context.newPage();
    await checked(page, server.url);
    const rows = page.locator('[data-test=checks] li');
    expect(await rows.first().isVisible()).toBe(false);
    await page.click('[data-test=checks] summary');
    expect(await rows.first().isVisible()).toBe(true);
    await page.click('[data-test=copy]');
    await page.locator('[data-test=copied]', { hasText: 'Copied' }).waitFor();
    const copy = await page.evaluate(() => navigator.clipboard.readText());
    expect(copy).toContain('anypath doctor');
    expect(copy).not.toMatch(/localhost|127\.0\.0\.1/);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-test=download]')]);
    const report = v.parse(DoctorReport, JSON.parse(readFileSync(await download.path(), 'utf8')));
    expect(report.face).toBe('browser');
    expect(report.verdict.findings.map(({ code }) => code)).toContain('ice_unavailable');
    expect(one.faults).toEqual([]);
  });

  it('asks who is not signed in to do so, where the check is not public, and checks all the rest', async () => {
    await using server = await serve({ COTURN: 'off' }, WEB);
    await using one = await profile(browser());
    const page = await one.context.newPage();
    await checked(page, server.url);
    await page.waitForSelector('[data-test=sign-in-hint]');
    expect(await stateOf(page, 'relay-websocket')).toBe('works');
    expect(await stateOf(page, 'turn-udp')).toBe('unknown');
  });

  it('checks everything for who is signed in with a cookie, where it is not public', async (context) => {
    await using server = await serve({ ALLOW_BEARER_AUTH: 'false' }, WEB);
    if (server.running.turnPid() === undefined) context.skip('coturn is not installed (apt-get install coturn)');
    await using one = await profile(browser());
    await signIn(one.context, server.url, 'alice');
    const page = await one.context.newPage();
    await checked(page, server.url);
    expect(await page.locator('[data-test=sign-in-hint]').count()).toBe(0);
    expect(await stateOf(page, 'turn-udp')).toBe('works');
    await page.click('[data-test=checks] summary');
    await page.locator('.check-row[data-outcome=ok]', { hasText: 'Relay round trip' }).first().waitFor();
  });

  it('works by keyboard alone, speaks Spanish, and tells a screen reader how far it is', async () => {
    await using server = await serve({ CHECK_PUBLIC: 'true', COTURN: 'off' }, WEB);
    await using one = await profile(browser());
    const page = await one.context.newPage();
    await page.goto(`${server.url}/check`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await expect.poll(() => focused(page)).toBe('start');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-test=check][data-phase=done]', { timeout: CHECK_MS });
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('check-verdict');
    expect(await page.locator('[role=status]').count()).toBeGreaterThan(0);
    await page.click('[data-test=appearance] summary');
    await page.getByLabel('Español').check();
    await page.getByRole('heading', { name: 'Comprobar esta red' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('es');
    expect(await page.title()).toBe('anypath · Comprobar esta red');
  });

  it('fits on a phone: nothing is wider than the screen, and what is pressed is large enough', async () => {
    await using server = await serve({ CHECK_PUBLIC: 'true', COTURN: 'off' }, WEB);
    const page = await phone(browser());
    await checked(page, server.url);
    await page.click('[data-test=checks] summary');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    const heights = await page.locator('button').evaluateAll((all) => all.map((each) => each.clientHeight));
    for (const height of heights) expect(height).toBeGreaterThanOrEqual(42);
    await page.context().close();
  });
});
