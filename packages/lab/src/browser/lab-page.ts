import type * as Sdk from '@anypath/client';
import type { Tab } from './tab.ts';

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
    clearInterval(conversations.get(link.peer)?.timer);
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
    // Whoever is called may be talking already.
    clearInterval(conversation.timer);
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

/** Resolves in the page once the SDK there knows that the peer is online. */
async function peerIsOnline(peer: string): Promise<void> {
  while (!window.lab.client.online.includes(peer)) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Resolves in the page with whether all that was sent was acknowledged in time. */
async function allAcknowledged({ peer, timeoutMs }: { peer: string; timeoutMs: number }): Promise<boolean> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const conversation = window.lab.conversations.get(peer);
    if (conversation && conversation.delivered === conversation.sentAtMs.length) return true;
    if (performance.now() > untilMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A page in a client's browser that runs the SDK, warm and connected for many trials. */
export class LabPage {
  readonly wallet: string;
  readonly tab: Tab;

  private constructor(wallet: string, tab: Tab) {
    this.wallet = wallet;
    this.tab = tab;
  }

  /**
   * @param tab of a browser in the client's network
   * @param url of the deployment; the page is of its origin
   * @param sdk a script that declares the SDK as `anypath`
   * @param identity who it is, and the pause between two messages of somebody who was called
   */
  static async open(
    tab: Tab,
    url: string,
    sdk: string,
    { wallet, token, everyMs }: { wallet: string; token: string; everyMs: number },
  ): Promise<LabPage> {
    await tab.goto(`${url}/healthz`);
    await tab.run(`{ ${sdk}; window.anypath = anypath; }`);
    await tab.evaluate(install, { token, everyMs });
    return new LabPage(wallet, tab);
  }

  /** Resolves when this side knows that the peer is online. */
  async waitForPeer(peer: string): Promise<void> {
    await this.tab.evaluate(peerIsOnline, peer);
  }

  /** Opens the link and sends a numbered message at once, then one after each pause. */
  async call(peer: string, everyMs: number): Promise<void> {
    await this.tab.evaluate(({ to, pauseMs }) => window.lab.talk(to, pauseMs), { to: peer, pauseMs: everyMs });
  }

  /** Stops sending. */
  async hush(peer: string): Promise<void> {
    await this.tab.evaluate((to) => clearInterval(window.lab.conversations.get(to)?.timer), peer);
  }

  /** Resolves when the other side has acknowledged all that was sent. @returns whether it did in time */
  async waitForReceipts(peer: string, timeoutMs: number): Promise<boolean> {
    return this.tab.evaluate(allAcknowledged, { peer, timeoutMs });
  }

  async account(peer: string): Promise<Account> {
    return this.tab.evaluate(accountOf, peer);
  }

  /** Closes the link and forgets the conversation. */
  async hangUp(peer: string): Promise<void> {
    await this.tab.evaluate((to) => {
      const conversation = window.lab.conversations.get(to);
      clearInterval(conversation?.timer);
      conversation?.link.close();
      window.lab.conversations.delete(to);
    }, peer);
  }
}
