import { PATHS } from '@anypath/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findChromium, launchChromium } from '../browser/chromium.ts';
import { bundleSdk } from '../browser/sdk-bundle.ts';
import { SdkPage } from '../browser/sdk-page.ts';
import { serve } from './served.ts';

const chromium = findChromium();
const bodies = (seen: readonly { body: string }[]) => seen.map(({ body }) => body);
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe('a link between two tabs of real Chromium, through the real server', () => {
  let browser: Browser | undefined;
  let sdk = '';
  beforeAll(async () => {
    if (!chromium) return;
    [browser, sdk] = await Promise.all([launchChromium(chromium), bundleSdk()]);
  });
  afterAll(async () => browser?.close());
  beforeEach((context) => {
    if (!chromium) context.skip('Chromium is not installed (apt-get install chromium)');
  });

  /** Two people in tabs of their own, in a browser profile of their own; closed with the test. */
  async function pair(url: string) {
    const context = await (browser as Browser).newContext({ bypassCSP: true });
    const alice = await SdkPage.open(context, url, sdk, 'alice', 'bob');
    const bob = await SdkPage.open(context, url, sdk, 'bob', 'alice');
    return { alice, bob, [Symbol.asyncDispose]: () => context.close() };
  }

  it('carries the first message over the relay, and does not wait for ICE', async () => {
    await using server = await serve({ COTURN: 'off' });
    await using people = await pair(server.url);
    const { alice, bob } = people;
    // No connection can be begun without the answer.
    let answer: (() => void) | undefined;
    const arrived = new Promise<void>((resolve) => {
      answer = resolve;
    });
    for (const { page } of [alice, bob]) {
      await page.route(`**${PATHS.ice}*`, (route) => arrived.then(() => route.continue()));
    }
    await Promise.all([alice.join(), bob.join()]);
    await alice.send('hello');
    const [first] = await bob.waitForSeen(1);
    expect(first).toMatchObject({ body: 'hello', path: 'relay' });
    answer?.();
    await bob.waitForPath('direct');
  });

  it('moves to the direct path, and messages with it', async () => {
    await using server = await serve({ COTURN: 'off' });
    await using people = await pair(server.url);
    const { alice, bob } = people;
    await Promise.all([alice.join(), bob.join()]);
    await alice.send('by relay');
    await Promise.all([alice.waitForPath('direct'), bob.waitForPath('direct')]);
    await alice.send('from alice');
    await bob.send('from bob');
    expect((await bob.waitForSeen(2)).at(-1)).toMatchObject({ body: 'from alice', path: 'direct' });
    expect((await alice.waitForSeen(1)).at(-1)).toMatchObject({ body: 'from bob', path: 'direct' });
    const types = await alice.selectedTypes();
    expect(types).toHaveLength(2);
    expect(types).not.toContain('relay');
  });

  it('goes through the real coturn where iceTransportPolicy is relay', async (context) => {
    await using server = await serve();
    if (server.running.turnPid() === undefined) context.skip('coturn is not installed (apt-get install coturn)');
    await using people = await pair(server.url);
    const { alice, bob } = people;
    const onlyTurn = { iceTransportPolicy: 'relay' } as const;
    await Promise.all([alice.join(onlyTurn), bob.join(onlyTurn)]);
    await alice.send('by relay');
    await Promise.all([alice.waitForPath('turn'), bob.waitForPath('turn')]);
    await alice.send('by turn');
    expect((await bob.waitForSeen(2)).at(-1)).toMatchObject({ body: 'by turn', path: 'turn' });
    expect(await alice.selectedTypes()).toContain('relay');
    expect(await bob.selectedTypes()).toContain('relay');
  });

  it('[S6.2] is on another TURN connection before its credentials end, and no message notices', async (context) => {
    await using server = await serve({ TURN_CRED_TTL: '30' });
    if (server.running.turnPid() === undefined) context.skip('coturn is not installed (apt-get install coturn)');
    await using people = await pair(server.url);
    const { alice, bob } = people;
    const onlyTurn = { iceTransportPolicy: 'relay' } as const;
    await Promise.all([alice.join(onlyTurn), bob.join(onlyTurn)]);
    await alice.send('by relay');
    await Promise.all([alice.waitForPath('turn'), bob.waitForPath('turn')]);
    await alice.stream(300, 100);
    // Begun beside a channel that nobody doubted, and open.
    const renewals = async () => {
      const { trace } = await alice.looksAt();
      const began = trace.flatMap((entry, index) => {
        const before = trace.slice(0, index).findLast(({ event }) => event === 'upgrade');
        const isBeside = before?.event === 'upgrade' && before.to === 'open';
        return entry.event === 'attempt' && entry.step === 'begun' && isBeside ? [entry.attempt] : [];
      });
      const isOpen = (attempt: number) =>
        trace.some((entry) => entry.event === 'attempt' && entry.attempt === attempt && entry.step === 'open');
      return began.filter(isOpen);
    };
    await vi.waitFor(async () => expect(await renewals()).not.toEqual([]), { timeout: 60_000, interval: 500 });
    await alice.waitForDelivered(301);
    expect(bodies(await bob.waitForSeen(301))).toEqual(['by relay', ...numbers(300)]);
    expect((await alice.looksAt()).stats.rtc?.pair?.local.type).toBe('relay');
  }, 120_000);

  it('[S6.3] [S7.5] shows candidates, the pair that won and where the time went, and the server counts the connection', async () => {
    await using server = await serve({ COTURN: 'off' });
    await using people = await pair(server.url);
    const { alice, bob } = people;
    await Promise.all([alice.join(), bob.join()]);
    await alice.send('by relay');
    await Promise.all([alice.waitForPath('direct'), bob.waitForPath('direct')]);
    await alice.send('directly');
    await alice.waitForDelivered(2);
    const { stats, trace } = await alice.looksAt();
    expect(stats).toMatchObject({
      path: 'direct',
      loss: 0,
      waiting: 0,
      roundTripMs: { rtc: expect.any(Number), relay: expect.any(Number) },
      traffic: { relay: { sent: 1, sentBytes: 8 }, direct: { sent: 1, sentBytes: 8 } },
      rtc: { pair: { tier: 'direct', local: { protocol: 'udp' }, remote: { protocol: 'udp' } } },
    });
    expect(stats.rtc?.candidates.local).toContainEqual(expect.objectContaining({ type: 'host', protocol: 'udp' }));
    const { openMs = 0, ...phases } = stats.rtc?.phases ?? {};
    for (const name of ['signallingMs', 'checksMs', 'dtlsMs', 'sctpMs'] as const) {
      expect(phases[name], name).toBeGreaterThanOrEqual(0);
      expect(phases[name], name).toBeLessThanOrEqual(openMs);
    }
    const steps = trace.flatMap((entry) => (entry.event === 'attempt' && entry.attempt === 1 ? [entry.step] : []));
    expect(steps).toContain('described');
    const inOrder = steps.filter((step) => step !== 'described' && step !== 'gathered');
    expect(inOrder).toEqual(['begun', 'checking', 'connected', 'secured', 'open']);
    expect(trace).toContainEqual(
      expect.objectContaining({ event: 'path', to: 'direct', because: expect.stringMatching(/^rtc (opened|tier)$/) }),
    );
    expect(JSON.stringify([stats, trace])).not.toMatch(/\d+\.\d+\.\d+\.\d+|\.local|alice|bob|directly/);
    // Each side tells the server, once it is sure of the pair.
    await vi.waitFor(
      async () => {
        const text = await (await fetch(`${server.url}/metrics`)).text();
        expect(text).toContain('anypath_rtc_reports_total{outcome="opened",browser="chromium"} 2');
        expect(text).toMatch(/^anypath_rtc_opened_total\{type="(host|srflx)",protocol="udp"\} \d$/m);
      },
      { timeout: 10_000, interval: 100 },
    );
  });

  it('stays on the relay where there is neither TURN nor a direct path', async () => {
    await using server = await serve({ COTURN: 'off' });
    await using people = await pair(server.url);
    const { alice, bob } = people;
    const onlyTurn = { iceTransportPolicy: 'relay' } as const;
    await Promise.all([alice.join(onlyTurn), bob.join(onlyTurn)]);
    await alice.stream(50, 5);
    const seen = await bob.waitForSeen(50);
    expect(bodies(seen)).toEqual(numbers(50));
    expect(new Set(seen.map(({ path }) => path))).toEqual(new Set(['relay']));
    // ICE has been tried and found nothing; it is not that it was never started.
    expect(await alice.page.evaluate(() => window.harness.connections.length)).toBeGreaterThan(0);
    expect(await alice.path()).toBe('relay');
  });

  it('falls back to the relay when the connection dies, and finds back', async () => {
    await using server = await serve({ COTURN: 'off' });
    await using people = await pair(server.url);
    const { alice, bob } = people;
    await Promise.all([alice.join(), bob.join()]);
    await alice.send('0');
    await Promise.all([alice.waitForPath('direct'), bob.waitForPath('direct')]);
    // Closed by hand behind the SDK's back: no event fires on this side, messages vanish.
    await alice.page.evaluate(() => window.harness.connections.at(-1)?.close());
    await alice.send('1', '2', '3');
    expect(bodies(await bob.waitForSeen(4))).toEqual(numbers(4));
    await Promise.all([alice.waitForPath('direct'), bob.waitForPath('direct')]);
  });

  it.each([['receiver'], ['sender']])('loses and repeats nothing when the %s reloads in the middle', async (who) => {
    await using server = await serve({ COTURN: 'off' });
    await using people = await pair(server.url);
    const { alice, bob } = people;
    await Promise.all([alice.join(), bob.join()]);
    await alice.stream(200, 10);
    await bob.waitForSeen(40);
    const reloads = who === 'receiver' ? bob : alice;
    await reloads.reload();
    await reloads.join();
    if (who === 'receiver') {
      expect(bodies(await bob.waitForSeen(200))).toEqual(numbers(200));
      return;
    }
    // What the old page wrote in its very last moment may not be stored yet; the rest arrives, before what the new one writes.
    const acknowledged = (await alice.delivered()).length;
    await alice.send('after');
    const seen = bodies(await bob.waitForSeen(acknowledged + 1));
    await bob.page.waitForFunction(() => (sessionStorage.getItem('seen') ?? '').includes('after'));
    const all = bodies(await bob.waitForSeen(seen.length));
    expect(all.at(-1)).toBe('after');
    expect(all.slice(0, -1)).toEqual(numbers(all.length - 1));
    expect(all.length - 1).toBeGreaterThanOrEqual(acknowledged);
  });
});
