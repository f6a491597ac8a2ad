import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Sdk from '@anypath/client';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { expect, it, vi } from 'vitest';
import { findFirefox } from '../browser/firefox.ts';
import { bundleSdk } from '../browser/sdk-bundle.ts';
import { serve } from './served.ts';

/** Addresses of loopback count, and are told by number: the two tabs share a machine without a network. */
const PREFERENCES = {
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
};

/** Signs in and connects in a tab of its own, and keeps the link to the other. */
async function signedIn(browser: Browser, url: string, sdk: string, wallet: string, peer: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${url}/healthz`);
  await page.evaluate(`${sdk}; globalThis.anypath = anypath; true`);
  await page.evaluate(`(async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ wallet: '${wallet}' });
    const { token } = await (await fetch('/api/v1/auth/dev', { method: 'POST', headers, body })).json();
    const client = await anypath.connect({ token });
    globalThis.link = client.link('${peer}');
    link.on('message', () => undefined);
  })()`);
  return page;
}

it('[S6.3] [S7.5] in real Firefox a link shows the same as in Chromium, in the same words', async (context) => {
  const executablePath = findFirefox();
  if (!executablePath) return context.skip('Firefox is not installed (apt-get install firefox-esr)');
  await using server = await serve({ COTURN: 'off' });
  const profile = mkdtempSync(join(tmpdir(), 'anypath-firefox-'));
  const options = { browser: 'firefox', executablePath, userDataDir: profile, headless: true } as const;
  const browser = await launch({ ...options, extraPrefsFirefox: PREFERENCES });
  try {
    const sdk = await bundleSdk();
    await signedIn(browser, server.url, sdk, 'bob', 'alice');
    const alice = await signedIn(browser, server.url, sdk, 'alice', 'bob');
    await alice.waitForFunction("link.path === 'direct'", { polling: 50 });
    await alice.evaluate("link.send('a secret').delivered");
    // Its statistics know the pair a second or two after the connection.
    await alice.waitForFunction('(async () => (await link.stats()).rtc.pair !== undefined)()', { polling: 100 });
    const text = String(await alice.evaluate('(async () => JSON.stringify([await link.stats(), link.trace]))()'));
    const [stats, trace] = JSON.parse(text) as [Sdk.LinkStats, readonly Sdk.TraceEntry[]];
    expect(stats.rtc?.pair).toMatchObject({ tier: 'direct', local: { protocol: 'udp' }, remote: { protocol: 'udp' } });
    expect(stats.rtc?.candidates.local).toContainEqual(expect.objectContaining({ type: 'host', protocol: 'udp' }));
    expect(stats.rtc?.candidates.remote).toContainEqual(expect.objectContaining({ type: 'host', protocol: 'udp' }));
    expect(Object.keys(stats.rtc?.phases ?? {})).toEqual(
      expect.arrayContaining(['signallingMs', 'checksMs', 'dtlsMs', 'sctpMs', 'openMs']),
    );
    expect(trace).toContainEqual(expect.objectContaining({ event: 'attempt', step: 'secured' }));
    expect(text).not.toMatch(/\d+\.\d+\.\d+\.\d+|\.local|alice|bob|secret/);
    await vi.waitFor(
      async () => {
        const metrics = await (await fetch(`${server.url}/metrics`)).text();
        expect(metrics).toContain('anypath_rtc_reports_total{outcome="opened",browser="firefox"} 2');
      },
      { timeout: 10_000, interval: 100 },
    );
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  }
});
