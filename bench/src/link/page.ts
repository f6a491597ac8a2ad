import { setTimeout as delay } from 'node:timers/promises';
import type { Tab } from '@anypath/lab/browser/tab';
import type { Account, Progress } from './pages/account.ts';
import type { Identity, Profile } from './pages/subject.ts';
import type { PageName } from './subjects.ts';

/** A page of a subject, as it is driven. */
export interface PageSource {
  readonly name: PageName;
  /** A document of its server. */
  readonly url: string;
  /** A script that makes it a conversation. */
  readonly script: string;
}

const POLL_MS = 20;

/** A page of a subject in a client's browser, for one conversation. */
export class BenchPage implements AsyncDisposable {
  readonly #tab: Tab;

  private constructor(tab: Tab) {
    this.#tab = tab;
  }

  /** Loads the page anew, and joins. */
  static async open(tab: Tab, { url, script }: PageSource, identity: Identity): Promise<BenchPage> {
    await tab.goto(url);
    await tab.run(script);
    await tab.evaluate((who) => window.conversation.join(who), identity);
    return new BenchPage(tab);
  }

  /** @throws Error where the other side does not come in time */
  async waitForPeer(timeoutMs: number): Promise<void> {
    const isThere = () => this.#tab.evaluate(() => window.conversation.isPeerOnline(), null);
    for (const untilMs = Date.now() + timeoutMs; !(await isThere()); await delay(POLL_MS)) {
      if (Date.now() > untilMs) throw new Error('the other side is not online');
    }
  }

  /** Opens the conversation, and talks. */
  async talk(): Promise<void> {
    await this.#tab.evaluate(() => window.conversation.talk(), null);
  }

  /** Calls the other side. Rejects where the subject cannot. */
  async call(): Promise<void> {
    await this.#tab.evaluate(() => window.conversation.call(), null);
  }

  /** Stops talking. */
  async hush(): Promise<void> {
    await this.#tab.evaluate(() => window.conversation.hush(), null);
  }

  /** @param sinceMs Unix milliseconds */
  progress(sinceMs: number): Promise<Progress> {
    return this.#tab.evaluate((since) => window.conversation.progress(since), sinceMs);
  }

  account(): Promise<Account> {
    return this.#tab.evaluate(() => window.conversation.account(), null);
  }

  /** Where the time of the connection went. Rejects where the subject cannot tell. */
  profile(): Promise<Profile> {
    return this.#tab.evaluate(() => window.conversation.profile(), null);
  }

  /** What happened to the connection; nothing where the subject does not write it down. */
  trace(): Promise<readonly unknown[]> {
    return this.#tab.evaluate(() => window.conversation.trace(), null);
  }

  /** Leaves, and ends all that the page holds. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tab.evaluate(() => window.conversation.leave(), null);
    await this.#tab.goto('about:blank');
  }
}
