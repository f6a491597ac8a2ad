import type { DurableStore } from '@anypath/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleModule } from '../browser/sdk-bundle.ts';
import { useChromium } from './chromium-hooks.ts';
import { type Served, serve } from './served.ts';

declare global {
  interface Window {
    indexedDbModule: {
      indexedDbStore(name: string): Promise<
        DurableStore & {
          company(
            part: string,
            marks: Storage,
            write: () => Promise<void>,
          ): { isAlone: boolean; ready: Promise<void>; close(): void };
        }
      >;
    };
    company: { isAlone: boolean; ready: Promise<void>; close(): void };
    /** What the page was asked to write, and may take its time for. */
    written: { count: number; done: () => void };
    /** What the SDK's unit tests hold the memory of the process to. */
    contract: {
      STORE_CONTRACT: readonly {
        readonly title: string;
        readonly run: (store: DurableStore, again: () => Promise<DurableStore>) => Promise<unknown>;
        readonly expected: unknown;
      }[];
    };
  }
}

describe('IndexedDB as a store, in real Chromium', () => {
  const browser = useChromium();
  let server: Served;
  let scripts: string[];
  beforeAll(async () => {
    server = await serve({ COTURN: 'off' });
    scripts = await Promise.all([
      bundleModule('durable/indexed-db.ts', 'indexedDbModule'),
      bundleModule('durable/store-contract.ts', 'contract'),
    ]);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** Two tabs of one browser profile. */
  async function tabs() {
    const context = await browser().newContext({ bypassCSP: true });
    const open = async (): Promise<Page> => {
      const page = await context.newPage();
      await page.goto(`${server.url}/healthz`);
      for (const content of scripts) await page.addScriptTag({ content });
      return page;
    };
    const [one, other] = [await open(), await open()];
    return { open, one, other, [Symbol.asyncDispose]: () => context.close() };
  }

  it('keeps to the contract that the memory of the process keeps to', async () => {
    await using profile = await tabs();
    const rules = await profile.one.evaluate(() =>
      Promise.all(
        window.contract.STORE_CONTRACT.map(async ({ title, run, expected }) => {
          const open = () => window.indexedDbModule.indexedDbStore(title);
          return { title, expected, seen: await run(await open(), open) };
        }),
      ),
    );
    expect(rules.length).toBeGreaterThan(5);
    expect(rules.map(({ title, seen }) => ({ title, seen }))).toEqual(
      rules.map(({ title, expected }) => ({ title, seen: expected })),
    );
  });

  /** Counts up in a tab. @returns the values that its changes saw */
  const count = (page: Page, times: number) =>
    page.evaluate(async (total) => {
      const store = await window.indexedDbModule.indexedDbStore('counted');
      const change = ([value]: readonly unknown[]) => {
        return { writes: [['n', Number(value ?? 0) + 1]] as const, result: Number(value ?? 0) };
      };
      return Promise.all(Array.from({ length: total }, () => store.update(['n'], change)));
    }, times);

  it('lets changes of two real tabs follow each other, and keeps them when both are gone', async () => {
    await using profile = await tabs();
    const { open, one, other } = profile;
    const seen = await Promise.all([count(one, 200), count(other, 200)]);
    expect(seen.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, index) => index));
    const third = await open();
    await Promise.all([one.close(), other.close()]);
    expect(await count(third, 1)).toEqual([400]);
  });

  /** A page comes in. @returns whether it is alone */
  const enter = (page: Page) =>
    page.evaluate(async () => {
      const store = await window.indexedDbModule.indexedDbStore('shared');
      window.written = { count: 0, done: () => undefined };
      const write = () => {
        window.written.count++;
        return new Promise<void>((resolve) => {
          window.written.done = resolve;
        });
      };
      window.company = store.company('alice', localStorage, write);
      await window.company.ready;
      return window.company.isAlone;
    });
  const isAlone = (page: Page) => page.evaluate(() => window.company.isAlone);

  it('tells a page whether it is alone, and lets the one that was write first', async () => {
    await using profile = await tabs();
    const { open, one, other } = profile;
    expect(await enter(one)).toBe(true);
    const entered = enter(other);
    await one.waitForFunction(() => window.written.count === 1);
    expect(await isAlone(one)).toBe(false);
    await one.evaluate(() => window.written.done());
    expect([await entered, await isAlone(one)]).toEqual([false, false]);
    await one.close();
    const third = await open();
    expect(await enter(third)).toBe(false);
    await other.evaluate(() => window.company.close());
    await third.close();
    expect(await enter(await open())).toBe(true);
  });

  it('does not wait for ever for a page that hangs', async () => {
    await using profile = await tabs();
    expect(await enter(profile.one)).toBe(true);
    expect(await enter(profile.other)).toBe(false);
    expect(await isAlone(profile.one)).toBe(false);
  });
});
