import type * as Sdk from '@anypath/client';
import type { BrowserContext, Page } from 'playwright-core';

type Rtc = NonNullable<Sdk.ConnectOptions['rtc']>;

/** What the page keeps for the tests. The lists live in `sessionStorage`, so that a reload adds to them. */
interface Harness {
  /** Opens the link to the peer, or returns the one that is open. */
  open?: () => Sdk.Link;
  link?: Sdk.Link;
  connections: RTCPeerConnection[];
}

declare global {
  interface Window {
    anypath: typeof Sdk;
    harness: Harness;
  }
}

/** A message as the receiving application saw it. */
export interface Seen {
  readonly body: string;
  readonly path: string;
  /** The page's clock, milliseconds. */
  readonly atMs: number;
}

/** Runs in the page before everything else: keeps every connection that anybody makes. */
function watchConnections(): void {
  window.harness = { connections: [] };
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(config?: RTCConfiguration) {
      super(config);
      window.harness.connections.push(this);
    }
  };
}

/** Connects the page's SDK and keeps what arrives. */
async function join({ token, peer, rtc }: { token: string; peer: string; rtc: Rtc }) {
  const append = (key: string, value: unknown) => {
    const list = JSON.parse(sessionStorage.getItem(key) ?? '[]') as unknown[];
    sessionStorage.setItem(key, JSON.stringify([...list, value]));
  };
  const client = await window.anypath.connect({ token, rtc });
  const keep = (link: Sdk.Link) => {
    if (link.peer !== peer || link === window.harness.link) return link;
    window.harness.link = link;
    link.on('message', ({ body, path }) => append('seen', { body, path, atMs: performance.now() }));
    link.on('delivered', (receipt, delivery) => append('delivered', { id: receipt.id, ...delivery }));
    return link;
  };
  window.harness.open = () => keep(client.link(peer));
  client.on('link', keep);
}

/** Finds the candidate types of the pair that carries the open connection, from the browser's own statistics. */
async function selectedTypes(): Promise<string[]> {
  const open = window.harness.connections.find((pc) => pc.connectionState === 'connected');
  if (!open) return [];
  const stats = await open.getStats();
  for (const report of stats.values()) {
    if (report.type !== 'transport' || !report.selectedCandidatePairId) continue;
    const pair = stats.get(report.selectedCandidatePairId);
    return [stats.get(pair.localCandidateId).candidateType, stats.get(pair.remoteCandidateId).candidateType];
  }
  return [];
}

/** A page in a real browser that runs the SDK and nothing else. */
export class SdkPage {
  readonly page: Page;
  readonly wallet: string;
  readonly #peer: string;
  readonly #sdk: string;

  private constructor(page: Page, sdk: string, wallet: string, peer: string) {
    this.page = page;
    this.#sdk = sdk;
    this.wallet = wallet;
    this.#peer = peer;
  }

  /** @param url the server; the page is served from there, so that it is of the same origin */
  static async open(context: BrowserContext, url: string, sdk: string, wallet: string, peer: string): Promise<SdkPage> {
    const page = await context.newPage();
    await page.addInitScript(watchConnections);
    await page.goto(`${url}/healthz`);
    return new SdkPage(page, sdk, wallet, peer);
  }

  /** Signs in, once for each tab, and connects. */
  async join(rtc: Rtc = true): Promise<void> {
    await this.page.addScriptTag({ content: this.#sdk });
    const token = await this.page.evaluate(async (wallet) => {
      const known = sessionStorage.getItem('token');
      if (known) return known;
      const headers = { 'content-type': 'application/json' };
      const response = await fetch('/api/v1/auth/dev', { method: 'POST', headers, body: JSON.stringify({ wallet }) });
      const { token } = (await response.json()) as { token: string };
      sessionStorage.setItem('token', token);
      return token;
    }, this.wallet);
    await this.page.evaluate(join, { token, peer: this.#peer, rtc });
  }

  /** Opens the link and sends, in one go. */
  async send(...bodies: string[]): Promise<void> {
    await this.page.evaluate((texts) => {
      for (const text of texts) window.harness.open?.().send(text);
    }, bodies);
  }

  /** Opens the link and sends numbered messages, some milliseconds apart, while the test goes on. */
  async stream(count: number, everyMs: number): Promise<void> {
    await this.page.evaluate(
      ([total, pauseMs]) => {
        let next = 0;
        const timer = setInterval(() => {
          window.harness.open?.().send(String(next++));
          if (next === total) clearInterval(timer);
        }, pauseMs);
      },
      [count, everyMs] as const,
    );
  }

  /** Resolves when that many messages have arrived in this tab, reloads included. */
  async waitForSeen(count: number): Promise<Seen[]> {
    await this.page.waitForFunction(
      (wanted) => (JSON.parse(sessionStorage.getItem('seen') ?? '[]') as unknown[]).length >= wanted,
      count,
      { polling: 20 },
    );
    return this.page.evaluate(() => JSON.parse(sessionStorage.getItem('seen') ?? '[]'));
  }

  /** Resolves when messages travel by that path. */
  async waitForPath(path: Sdk.Path): Promise<void> {
    await this.page.waitForFunction((wanted) => window.harness.link?.path === wanted, path, { polling: 20 });
  }

  async reload(): Promise<void> {
    await this.page.reload();
  }

  async delivered(): Promise<{ id: string; path: string; ms: number }[]> {
    return this.page.evaluate(() => JSON.parse(sessionStorage.getItem('delivered') ?? '[]'));
  }

  /** Resolves when that many messages of this tab have reached the other side. */
  async waitForDelivered(count: number): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => (JSON.parse(sessionStorage.getItem('delivered') ?? '[]') as unknown[]).length >= wanted,
      count,
      { polling: 20 },
    );
  }

  /** What the link tells of itself, as JSON would carry it. */
  async looksAt(): Promise<{ stats: Sdk.LinkStats; trace: readonly Sdk.TraceEntry[] }> {
    const text = await this.page.evaluate(async () => {
      const { link } = window.harness;
      return JSON.stringify({ stats: await link?.stats(), trace: link?.trace });
    });
    return JSON.parse(text) as { stats: Sdk.LinkStats; trace: readonly Sdk.TraceEntry[] };
  }

  async path(): Promise<Sdk.Path | undefined> {
    return this.page.evaluate(() => window.harness.link?.path);
  }

  async selectedTypes(): Promise<string[]> {
    return this.page.evaluate(selectedTypes);
  }
}
