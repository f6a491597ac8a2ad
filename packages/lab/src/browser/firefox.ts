import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser } from './find-browser.ts';
import type { FirefoxOrder, FirefoxWord } from './firefox-worker.ts';
import type { Tab, TabOptions } from './tab.ts';

const NAMES = ['firefox-esr', 'firefox'];
const WORKER = fileURLToPath(new URL('../../dist/browser/firefox-worker.js', import.meta.url));

/** The Firefox of this machine, from FIREFOX_PATH or the PATH; `undefined` where there is none. */
export const findFirefox = (): string | undefined => findBrowser('FIREFOX_PATH', NAMES);

/** Starts a command on a machine of the lab. */
type Spawn = (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

/**
 * Starts a real Firefox on a machine of the lab.
 *
 * Firefox is driven over a WebSocket on loopback (WebDriver BiDi), and the loopback of a namespace is its own: a
 * worker in there drives it and takes orders over the channel between Node processes.
 *
 * @param spawn starts commands in the namespace
 * @param executablePath what `findFirefox` found
 */
export async function openFirefoxTab(spawn: Spawn, executablePath: string, options: TabOptions): Promise<Tab> {
  const { home, folder, proxy } = options;
  const profile = join(folder, 'profile');
  mkdirSync(profile, { recursive: true });
  trustInProfile(profile, home);
  const child = spawn(process.execPath, [WORKER], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, HOME: home, TMPDIR: folder },
  });
  const tab = new FirefoxTab(child);
  await tab.order({ do: 'launch', executablePath, profile, ...(proxy ? { proxy } : {}) });
  return tab;
}

/** Firefox keeps the authorities that it trusts in each profile, in files of the same format as Chromium's. */
function trustInProfile(profile: string, home: string): void {
  for (const file of ['cert9.db', 'key4.db']) copyFileSync(join(home, '.pki/nssdb', file), join(profile, file));
}

class FirefoxTab implements Tab {
  readonly browserName = 'firefox';
  readonly console: string[] = [];
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #orders = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (word: FirefoxWord) => this.#hear(word));
    child.on('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('Firefox has ended'));
      this.#pending.clear();
    });
  }

  order(order: FirefoxOrder): Promise<unknown> {
    const id = ++this.#orders;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#child.send({ id, order }, (error) => error && reject(error));
    });
  }

  async goto(url: string): Promise<void> {
    await this.order({ do: 'goto', url });
  }

  async run(script: string): Promise<void> {
    await this.order({ do: 'evaluate', source: `(() => { ${script} })()` });
  }

  async evaluate<Argument, Result>(action: (argument: Argument) => Result | Promise<Result>, argument: Argument) {
    const source = `(${action.toString()})(${JSON.stringify(argument) ?? ''})`;
    return (await this.order({ do: 'evaluate', source })) as Result;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    await this.order({ do: 'close' }).catch(() => undefined);
    this.#child.disconnect();
    await ended;
  }

  #hear(word: FirefoxWord): void {
    if ('console' in word) return void this.console.push(word.console);
    const waiting = this.#pending.get(word.id);
    this.#pending.delete(word.id);
    if ('error' in word) waiting?.reject(new Error(word.error));
    else waiting?.resolve(word.value);
  }
}
