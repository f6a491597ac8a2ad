import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findChromium, launchChromium } from '../browser/chromium.ts';
import { bundleSdk } from '../browser/sdk-bundle.ts';
import { SdkPage } from '../browser/sdk-page.ts';
import { serve } from './served.ts';

const README = fileURLToPath(new URL('../../../../README.md', import.meta.url));

it('the example in the README does what it says, in real Chromium against the real server', async (context) => {
  const chromium = findChromium();
  if (!chromium) return context.skip('Chromium is not installed (apt-get install chromium)');
  const example = /```ts\n(.*?)```/s.exec(readFileSync(README, 'utf8'))?.[1] ?? '';
  const code = example.replace(/^import .*$/m, '').replace('http://localhost:3000', 'URL_OF_THE_TEST');
  expect(code).toContain('URL_OF_THE_TEST');
  await using server = await serve({ COTURN: 'off' });
  await using browser = Object.assign(await launchChromium(chromium), {
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  });
  const people = await browser.newContext({ bypassCSP: true });
  const sdk = await bundleSdk();
  const alice = await SdkPage.open(people, server.url, sdk, 'alice', 'bob');
  const bob = await SdkPage.open(people, server.url, sdk, 'bob', 'alice');
  await bob.join();
  await alice.join();
  const printed: string[] = [];
  alice.page.on('console', (message) => printed.push(message.text()));
  await alice.page.evaluate(
    ([body, url]) => {
      const token = sessionStorage.getItem('token');
      // The device of this tab is connected already; the example gets a tab of its own, so to say.
      sessionStorage.removeItem('anypath:device');
      const run = new Function(
        'connect',
        'token',
        `return (async () => {${body?.replace('URL_OF_THE_TEST', url ?? '')}})()`,
      );
      return run(window.anypath.connect, token) as Promise<void>;
    },
    [code, server.url] as const,
  );
  expect(printed.join('\n')).toMatch(/delivered over (relay|direct) in [\d.]+ ms/);
});
