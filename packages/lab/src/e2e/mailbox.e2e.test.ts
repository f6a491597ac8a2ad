import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleSdk } from '../browser/sdk-bundle.ts';
import { SdkPage } from '../browser/sdk-page.ts';
import { useChromium } from './chromium-hooks.ts';
import { serve } from './served.ts';

const EXAMPLE = fileURLToPath(new URL('../../../../examples/send-offline.mjs', import.meta.url));

/** Runs the example, in Node, to its end. */
async function sendOffline(...args: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  const child = spawn(process.execPath, [EXAMPLE, ...args]);
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += String(text);
  });
  child.stderr.on('data', (text) => {
    err += String(text);
  });
  const [status] = (await once(child, 'close')) as [number];
  return { status, out, err };
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** In a page: its clock is that much ahead, milliseconds. */
function setClock(aheadMs: number): void {
  const Right = Date;
  globalThis.Date = new Proxy(Right, {
    construct: (target, args, self) => Reflect.construct(target, args.length > 0 ? args : [Date.now()], self) as Date,
    get: (target, name) => (name === 'now' ? () => Right.now() + aheadMs : Reflect.get(target, name)),
  });
}

describe('the mailbox, with the SDK in real Chromium and in Node, through the real server', () => {
  const browser = useChromium();
  let sdk = '';
  beforeAll(async () => {
    sdk = await bundleSdk();
  });

  it('[S5.4] examples/send-offline.mjs: what Node leaves for somebody offline is read in the browser later, once', async () => {
    await using server = await serve({ COTURN: 'off' });
    const context = await browser().newContext({ bypassCSP: true });
    // Bob has been there once, so that he has a device.
    const first = await SdkPage.open(context, server.url, sdk, 'bob', 'alice');
    await first.join();
    await first.page.close();
    const secret = 'nobody but bob reads this';
    const sent = await sendOffline(server.url, 'alice', 'bob', secret);
    expect([sent.status, sent.err]).toEqual([0, '']);
    expect(sent.out).toMatch(/^bob is \w+\nqueued: [0-9A-Z]{26}\n$/);

    const files = readdirSync(server.folder).filter((name) => name.includes('mailbox'));
    expect(files).not.toEqual([]);
    for (const name of files) expect(readFileSync(join(server.folder, name)).includes(secret)).toBe(false);

    const bob = await SdkPage.open(context, server.url, sdk, 'bob', 'alice');
    await bob.join();
    expect(await bob.waitForSeen(1)).toMatchObject([{ body: secret, path: 'mailbox' }]);
    await bob.reload();
    await bob.join();
    await sendOffline(server.url, 'alice', 'bob', 'and this');
    expect((await bob.waitForSeen(2)).map(({ body }) => body)).toEqual([secret, 'and this']);
    await context.close();
  });

  it('[S5.1] sends a long message in parts, live and by the mailbox, and it arrives whole', async () => {
    await using server = await serve({ COTURN: 'off' });
    const context = await browser().newContext({ bypassCSP: true });
    const [alice, bob] = [
      await SdkPage.open(context, server.url, sdk, 'alice', 'bob'),
      await SdkPage.open(context, server.url, sdk, 'bob', 'alice'),
    ];
    await Promise.all([alice.join(), bob.join()]);
    const long = Array.from({ length: 300_000 }, (_, index) => index % 10).join('');
    await alice.send(long);
    expect((await bob.waitForSeen(1))[0]?.body === long).toBe(true);
    await bob.page.goto('about:blank');
    await alice.waitForPath('mailbox');
    await alice.send(`${long}, again`, 'short');
    await bob.page.goto(`${server.url}/healthz`);
    await bob.join();
    expect((await bob.waitForSeen(3)).map(({ body }) => body.length)).toEqual([300_000, 300_007, 5]);
    await context.close();
  });

  it.each([
    ['ahead', DAY_MS],
    ['behind', -DAY_MS],
  ])(
    '[S5.4] reads once and in order what waited, and answers, where the clock of who reads is a day %s',
    async (_title, aheadMs) => {
      await using server = await serve({ COTURN: 'off' });
      const [hers, his] = [
        await browser().newContext({ bypassCSP: true }),
        await browser().newContext({ bypassCSP: true }),
      ];
      await his.addInitScript(setClock, aheadMs);
      const [alice, bob] = [
        await SdkPage.open(hers, server.url, sdk, 'alice', 'bob'),
        await SdkPage.open(his, server.url, sdk, 'bob', 'alice'),
      ];
      await Promise.all([alice.join(), bob.join()]);
      expect(Math.round(((await bob.page.evaluate(() => Date.now())) - Date.now()) / DAY_MS)).toBe(aheadMs / DAY_MS);
      await alice.send('hello');
      expect((await bob.waitForSeen(1)).map(({ body }) => body)).toEqual(['hello']);
      await bob.page.goto('about:blank');
      await alice.waitForPath('mailbox');
      await alice.send('one', 'two');
      await bob.page.goto(`${server.url}/healthz`);
      await bob.join();
      expect((await bob.waitForSeen(3)).slice(1)).toMatchObject([
        { body: 'one', path: 'mailbox' },
        { body: 'two', path: 'mailbox' },
      ]);
      await bob.reload();
      await bob.join();
      await alice.send('three');
      expect((await bob.waitForSeen(4)).map(({ body }) => body)).toEqual(['hello', 'one', 'two', 'three']);
      await bob.send('answer');
      expect((await alice.waitForSeen(1)).map(({ body }) => body)).toEqual(['answer']);
      await alice.waitForDelivered(4);
      await Promise.all([hers.close(), his.close()]);
    },
  );
});
