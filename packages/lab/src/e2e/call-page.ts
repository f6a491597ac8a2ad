import type * as Sdk from '@anypath/client';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** What a page keeps for the tests. */
interface Phone {
  client: Sdk.Client;
  link: Sdk.Link;
  /** The call that rang last, or was made last. */
  call?: Sdk.Call;
  /** Phases of all calls, one after the other; for an end, with its reason. */
  phases: string[];
  muted: string[];
  missed: Sdk.MissedCall[];
  streams: Sdk.IncomingStream[];
  connections: RTCPeerConnection[];
}

declare global {
  interface Window {
    phone: Phone;
  }
}

/** Runs in the page before everything else. */
function watchConnections(): void {
  window.phone = { phases: [], muted: [], missed: [], streams: [], connections: [] } as unknown as Phone;
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(config?: RTCConfiguration) {
      super(config);
      window.phone.connections.push(this);
    }
  };
}

async function connect({ wallet, peer, rtc }: { wallet: string; peer: string; rtc: boolean }): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('/api/v1/auth/dev', { method: 'POST', headers, body: JSON.stringify({ wallet }) });
  const { token } = (await response.json()) as { token: string };
  const client = await window.anypath.connect({ token, rtc });
  const keep = (link: Sdk.Link) => {
    if (link.peer !== peer || window.phone.link === link) return;
    window.phone.link = link;
    link.on('message', ({ missed }) => {
      if (missed) window.phone.missed.push(missed);
    });
    link.on('stream', (stream) => window.phone.streams.push(stream));
    link.on('call', (call) => {
      window.phone.call = call;
      watch(call);
    });
  };
  const watch = (call: Sdk.Call) => {
    const { phone } = window;
    phone.phases.push(call.phase);
    call.on('phase', (phase) => phone.phases.push(phase === 'ended' ? `ended: ${call.error ?? call.reason}` : phase));
    call.on('muted', (kind, muted) => phone.muted.push(`${kind} ${muted}`));
  };
  client.on('link', keep);
  window.phone.client = client;
  Object.assign(window.phone, { phases: [], missed: [] });
  keep(client.link(peer));
  Object.assign(window.phone, { watch });
}

interface CallPageOptions {
  /** Runs in the page before everything else. */
  readonly prepare?: () => void;
  /** `false` to stay on the relay. */
  readonly rtc?: boolean;
}

/** A page that runs the SDK and can be called. */
export class CallPage {
  readonly page: Page;
  readonly #context: BrowserContext;

  private constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.#context = context;
  }

  /**
   * Opens a browser profile of its own.
   */
  static async open(
    browser: Browser,
    url: string,
    sdk: string,
    wallet: string,
    peer: string,
    how: CallPageOptions = {},
  ) {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    if (how.prepare) await page.addInitScript(how.prepare);
    await page.addInitScript(watchConnections);
    await page.goto(`${url}/healthz`);
    const opened = new CallPage(page, context);
    await opened.again(sdk, wallet, peer, how.rtc);
    return opened;
  }

  /** Connects, also once more after the page or its client were closed. */
  async again(sdk: string, wallet: string, peer: string, rtc = true): Promise<void> {
    await this.page.addScriptTag({ content: sdk });
    await this.page.evaluate(connect, { wallet, peer, rtc });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#context.close();
  }

  /** Calls, with picture and sound where it is not said otherwise. */
  async call(media: Sdk.CallMedia = { audio: true, video: true }, ringMs = 45_000): Promise<void> {
    await this.page.evaluate(
      async ([what, ms]) => {
        const { phone } = window;
        phone.call = await phone.link.call(what, { ringMs: ms });
        (phone as unknown as { watch(call: Sdk.Call): void }).watch(phone.call);
      },
      [media, ringMs] as const,
    );
  }

  async accept(): Promise<void> {
    await this.page.evaluate(() => window.phone.call?.accept());
  }

  /** Resolves when a call has come to a phase, such as `active` or `ended: hangup`. */
  async waitForPhase(phase: string): Promise<void> {
    const isThere = (wanted: string) => window.phone.phases.at(-1) === wanted;
    await this.page.waitForFunction(isThere, phase, { polling: 20 }).catch(async (error: unknown) => {
      throw new Error(`${phase} is not there, but ${await this.phases()}`, { cause: error });
    });
  }

  async phases(): Promise<string[]> {
    return this.page.evaluate(() => window.phone.phases);
  }

  /** Resolves when more pictures of the other side were decoded than there are now. */
  async waitForFrames(more = 5): Promise<void> {
    await this.page.evaluate(async (count) => {
      const decoded = async () => {
        let frames = 0;
        for (const stats of (await window.phone.call?.stats())?.values() ?? [])
          if (stats.type === 'inbound-rtp' && stats.kind === 'video') frames += stats.framesDecoded ?? 0;
        return frames;
      };
      let before = await decoded();
      for (let now = before; now < before + count; now = await decoded()) {
        // Another connection has taken over, and counts from nothing.
        before = Math.min(before, now);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }, more);
  }
}
