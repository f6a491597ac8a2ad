import { type Browser, launch, type Page } from 'puppeteer-core';

/** What the worker is told to do. */
export type FirefoxOrder =
  | {
      readonly do: 'launch';
      readonly executablePath: string;
      readonly profile: string;
      readonly proxy?: { readonly host: string; readonly port: number };
    }
  | { readonly do: 'goto'; readonly url: string }
  | { readonly do: 'evaluate'; readonly source: string }
  | { readonly do: 'close' };

/** What the worker says: the answer to an order, or a line of the page's console. */
export type FirefoxWord =
  | { readonly id: number; readonly value?: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly console: string };

/** Quiet: without these Firefox looks up its vendor's hosts at each start. */
const QUIET = {
  'app.update.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
};

let browser: Browser | undefined;
let page: Page | undefined;

const say = (word: FirefoxWord): void => void process.send?.(word);

async function obey(order: FirefoxOrder): Promise<unknown> {
  switch (order.do) {
    case 'launch': {
      const { executablePath, profile, proxy } = order;
      browser = await launch({
        browser: 'firefox',
        executablePath,
        userDataDir: profile,
        headless: true,
        extraPrefsFirefox: { ...QUIET, ...(proxy ? proxyPreferences(proxy) : {}) },
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      });
      page = await browser.newPage();
      page.on('console', (message) => say({ console: `${message.type()}: ${message.text()}` }));
      page.on('pageerror', (error) => say({ console: `error: ${error instanceof Error ? error.message : error}` }));
      return undefined;
    }
    case 'goto':
      await page?.goto(order.url);
      return undefined;
    case 'evaluate':
      return page?.evaluate(order.source);
    case 'close':
      await browser?.close();
      return undefined;
  }
}

const proxyPreferences = ({ host, port }: { readonly host: string; readonly port: number }) => ({
  'network.proxy.type': 1,
  'network.proxy.http': host,
  'network.proxy.http_port': port,
  'network.proxy.ssl': host,
  'network.proxy.ssl_port': port,
});

process.on('message', ({ id, order }: { id: number; order: FirefoxOrder }) => {
  obey(order).then(
    (value) => say({ id, value }),
    (error: unknown) => say({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
