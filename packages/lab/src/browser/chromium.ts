import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findBrowser } from './find-browser.ts';
import type { Tab, TabOptions } from './tab.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Quiet: without these Chromium looks up its vendor's hosts at each start. */
const ARGS = [
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** The Chromium of this machine, from CHROMIUM_PATH or the PATH; `undefined` where there is none. */
export const findChromium = (): string | undefined => findBrowser('CHROMIUM_PATH', NAMES);

// Chromium's own sandbox cannot start as root.
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** A camera and a microphone that need neither a device nor a permission. */
export const FAKE_MEDIA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] as const;

/**
 * Starts a real Chromium without a window.
 *
 * @param executablePath what `findChromium` found
 * @param more arguments of its own, such as `FAKE_MEDIA`
 */
export const launchChromium = (executablePath: string, more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...ARGS, ...sandbox, ...more] });

/**
 * Starts a real Chromium on a machine of the lab. Signals are the lab's business.
 *
 * @param launcher starts Chromium in its namespace
 * @param more arguments of its own
 */
export async function openChromiumTab(
  launcher: string,
  { home, folder, proxy }: TabOptions,
  more: readonly string[] = [],
): Promise<Tab> {
  mkdirSync(folder, { recursive: true });
  const env = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: launcher,
    args: [...ARGS, ...sandbox, ...more, ...(proxy ? [`--proxy-server=http://${proxy.host}:${proxy.port}`] : [])],
    env: { ...Object.fromEntries(env), HOME: home, TMPDIR: folder },
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  return new ChromiumTab(context, await context.newPage());
}

class ChromiumTab implements Tab {
  readonly browserName = 'chromium';
  readonly console: string[] = [];
  readonly #context: BrowserContext;
  readonly #page: Page;

  constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.#page = page;
    page.on('console', (message) => this.console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.console.push(`error: ${error.message}`));
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url);
  }

  async run(script: string): Promise<void> {
    await this.#page.evaluate(script);
  }

  async evaluate<Argument, Result>(action: (argument: Argument) => Result | Promise<Result>, argument: Argument) {
    // The page's types unwrap handles, which no argument of the lab holds.
    return this.#page.evaluate(action as (argument: unknown) => Result | Promise<Result>, argument as unknown);
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
