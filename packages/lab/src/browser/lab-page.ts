import type * as Sdk from '@anypath/client';
import type { BrowserContext, Page } from 'playwright-core';

/** A message as it arrived. Times are Unix milliseconds of the machine's one clock. */
export interface Arrival {
  readonly number: number;
  readonly path: Sdk.Path;
  readonly atMs: number;
}

/** One side's account of a trial. */
export interface Account {
  /** How many messages it sent. */
  readonly sent: number;
  /** When it sent each. */
  readonly sentAtMs: readonly number[];
  /** How many of its own the other side acknowledged. */
  readonly delivered: number;
  /** What it received of the other side, in the order in which the application saw it. */
  readonly seen: readonly Arrival[];
  /** The path that carries messages, each time it changed. */
  readonly paths: readonly { readonly path: Sdk.Path; readonly atMs: number }[];
  /** Candidate types of the pair that carries the data channel at the end. */
  readonly pair: string | undefined;
}

interface Conversation {
  link: Sdk.Link;
  sentAtMs: number[];
  delivered: number;
  seen: Arrival[];
  paths: { path: Sdk.Path; atMs: number }[];
  timer?: ReturnType<typeof setInterval>;
}

declare global {
  interface Window {
    anypath: typeof Sdk;
    lab: {
      client: Sdk.Client;
      /** By peer. */
      conversations: Map<string, Conversation>;
      talk(peer: string, everyMs: number): void;
    };
  }
}

/** Runs in the page: connects, and answers each link that somebody opens by talking as well. */
async function install({ token, everyMs }: { token: string; everyMs: number }): Promise<void> {
  const now = () => performance.timeOrigin + performance.now();
  const client = await window.anypath.connect({ token, timeoutMs: 30_000 });
  const conversations = new Map<string, Conversation>();
  const follow = (link: Sdk.Link): Conversation => {
    const conversation: Conversation = { link, sentAtMs: [], delivered: 0, seen: [], paths: [] };
    conversations.set(link.peer, conversation);
    const note = (path: Sdk.Path) => conversation.paths.push({ path, atMs: now() });
    note(link.path);
    link.on('path', note);
    link.on('delivered', () => {
      conversation.delivered++;
    });
    link.on('message', ({ body, path }) => conversation.seen.push({ number: Number(body), path, atMs: now() }));
    return conversation;
  };
  const talk = (peer: string, pauseMs: number) => {
    const conversation = conversations.get(peer) ?? follow(client.link(peer));
    const say = () => {
      conversation.sentAtMs.push(now());
      conversation.link.send(String(conversation.sentAtMs.length - 1));
    };
    say();
    conversation.timer = setInterval(say, pauseMs);
  };
  client.on('link', (link) => {
    follow(link);
    talk(link.peer, everyMs);
  });
  window.lab = { client, conversations, talk };
}

async function accountOf(peer: string): Promise<Account> {
  const conversation = window.lab.conversations.get(peer);
  if (!conversation) return { sent: 0, sentAtMs: [], delivered: 0, seen: [], paths: [], pair: undefined };
  const { link, sentAtMs, delivered, seen, paths } = conversation;
  const pair = await link.selectedPair();
  const named = pair && `${pair.local.type}/${pair.local.relayProtocol ?? pair.local.protocol}–${pair.remote.type}`;
  return { sent: sentAtMs.length, sentAtMs, delivered, seen, paths, pair: named };
}

/** A page in a client's browser that runs the SDK, warm and connected for many trials. */
export class LabPage {
  readonly wallet: string;
  readonly page: Page;
  /** What the page wrote to its console. */
  readonly console: string[] = [];

  private constructor(wallet: string, page: Page) {
    this.wallet = wallet;
    this.page = page;
    page.on('console', (message) => this.console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.console.push(`error: ${error.message}`));
  }

  /**
   * @param context of a browser in the client's network
   * @param url of the deployment; the page is of its origin
   * @param everyMs pause between two messages of somebody who was called
   */
  static async open(
    context: BrowserContext,
    url: string,
    sdk: string,
    { wallet, token, everyMs }: { wallet: string; token: string; everyMs: number },
  ): Promise<LabPage> {
    const lab = new LabPage(wallet, await context.newPage());
    await lab.page.goto(`${url}/healthz`);
    await lab.page.addScriptTag({ content: sdk });
    await lab.page.evaluate(install, { token, everyMs });
    return lab;
  }

  /** Resolves when this side knows that the peer is online. */
  async waitForPeer(peer: string): Promise<void> {
    await this.page.waitForFunction((wallet) => window.lab.client.online.includes(wallet), peer, { polling: 20 });
  }

  /** Opens the link and sends a numbered message at once, then one after each pause. */
  async call(peer: string, everyMs: number): Promise<void> {
    await this.page.evaluate(([to, pauseMs]) => window.lab.talk(to, pauseMs), [peer, everyMs] as const);
  }

  /** Stops sending. */
  async hush(peer: string): Promise<void> {
    await this.page.evaluate((to) => clearInterval(window.lab.conversations.get(to)?.timer), peer);
  }

  /** Resolves when the other side has acknowledged all that was sent. @returns whether it did in time */
  async waitForReceipts(peer: string, timeoutMs: number): Promise<boolean> {
    return this.page
      .waitForFunction(
        (to) => {
          const conversation = window.lab.conversations.get(to);
          return conversation !== undefined && conversation.delivered === conversation.sentAtMs.length;
        },
        peer,
        { polling: 20, timeout: timeoutMs },
      )
      .then(
        () => true,
        () => false,
      );
  }

  async account(peer: string): Promise<Account> {
    return this.page.evaluate(accountOf, peer);
  }

  /** Closes the link and forgets the conversation. */
  async hangUp(peer: string): Promise<void> {
    await this.page.evaluate((to) => {
      const conversation = window.lab.conversations.get(to);
      clearInterval(conversation?.timer);
      conversation?.link.close();
      window.lab.conversations.delete(to);
    }, peer);
  }
}
