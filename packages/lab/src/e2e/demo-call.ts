import type { Browser, BrowserContext, Page } from 'playwright-core';
import { meet, message, type Profile, profile, say, signIn } from './demo-page.ts';
import type { Served } from './served.ts';

declare global {
  interface Window {
    /** Microphones, cameras and screens that the page has opened. */
    opened: MediaStreamTrack[];
    /** Notes that the page has played. */
    notes: number;
  }
}

/** Runs in a page before everything else: keeps what it opens and counts what it plays, and changes nothing. */
function watchMedia(): void {
  // An empty page is not a secure one, and has no devices.
  if (typeof MediaDevices === 'undefined') return;
  window.opened = [];
  window.notes = 0;
  const keep = (open: MediaDevices['getUserMedia']) =>
    async function (this: MediaDevices, wanted?: MediaStreamConstraints) {
      const stream = await open.call(this, wanted);
      window.opened.push(...stream.getTracks());
      return stream;
    };
  const devices = MediaDevices.prototype;
  devices.getUserMedia = keep(devices.getUserMedia);
  devices.getDisplayMedia = keep(devices.getDisplayMedia as MediaDevices['getUserMedia']);
  const { start } = AudioScheduledSourceNode.prototype;
  AudioScheduledSourceNode.prototype.start = function (when) {
    window.notes++;
    start.call(this, when);
  };
}

/** How the two look at the page. */
export interface Look {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce';
  /** The page's address after the server's, such as a query. */
  readonly address?: string;
  /** Runs in Bob's page before everything else. */
  readonly prepareBob?: () => void;
  /** Bob's browser, where it is one of its own. */
  readonly bobsBrowser?: Browser;
}

/** Two people in profiles of their own, who are contacts and have their conversation on screen. */
export interface Two extends AsyncDisposable {
  readonly alice: Page;
  readonly bob: Page;
  readonly names: { readonly alice: string; readonly bob: string };
  readonly profiles: readonly Profile[];
}

let people = 0;

/** Signs two people in, in English, and lets them talk; new ones each time. */
export async function twoPeople(browser: Browser, server: Served, look: Look = {}): Promise<Two> {
  const { address = '', prepareBob, bobsBrowser = browser, ...media } = look;
  const names = { alice: `alice${++people}`, bob: `bob${people}` };
  const profiles = await Promise.all([profile(browser), profile(bobsBrowser)]);
  const enter = async ({ context }: Profile, name: string) => {
    await context.addInitScript(watchMedia);
    const page = await signIn(context, `${server.url}/${address}`, name);
    if (media.viewport) await page.setViewportSize(media.viewport);
    await page.emulateMedia({ colorScheme: media.colorScheme ?? 'light', reducedMotion: media.reducedMotion ?? null });
    return page;
  };
  const [first, second] = profiles as [Profile, Profile];
  if (prepareBob) await second.context.addInitScript(prepareBob);
  const [alice, bob] = await Promise.all([enter(first, names.alice), enter(second, names.bob)]);
  await meet(alice, names.bob, bob);
  await alice.click(`[data-test=person][data-wallet="${names.bob}"]`);
  await say(alice, 'hello');
  await message(bob, 'hello', '[data-state=received]');
  const close = () => Promise.all(profiles.map((one) => one[Symbol.asyncDispose]()));
  return { alice, bob, names, profiles, [Symbol.asyncDispose]: async () => void (await close()) };
}

/** Signs in somebody more, who is to be a contact of somebody who is there. */
export async function third(context: BrowserContext, server: Served, contact: Page, name: string): Promise<Page> {
  const page = await signIn(context, server.url, `carla-${name}`);
  await meet(page, name, contact);
  await page.click(`[data-test=person][data-wallet="${name}"]`);
  return page;
}

/** Waits until the call of a page stands so, such as `active`; for `over`, until it says why. */
export const callStage = (page: Page, stage: string): Promise<unknown> =>
  page.waitForSelector(`[data-test=call][data-stage=${stage}]`);

/** Waits until a page shows no call any more. */
export const noCall = (page: Page): Promise<unknown> => page.waitForSelector('[data-test=call]', { state: 'detached' });

/** Calls, and accepts on the other side, until media flows on both. */
export async function talk({ alice, bob }: Two, kind: 'video' | 'sound' = 'video'): Promise<void> {
  await alice.click(`[data-test=call-${kind}]`);
  await bob.click('[data-test=call-accept]');
  await Promise.all([alice, bob].map((page) => page.waitForSelector('[data-stage=active] [data-flow=flowing]')));
}

/** Resolves when a page has shown more pictures of the other side. */
export async function seesFrames(page: Page, more = 5): Promise<void> {
  await page.waitForSelector('[data-test=remote-picture][data-seen=true]');
  const shown = () =>
    document.querySelector<HTMLVideoElement>('[data-test=remote-picture]')?.getVideoPlaybackQuality().totalVideoFrames;
  const before = (await page.evaluate(shown)) ?? 0;
  await page.waitForFunction(
    (enough) =>
      (document.querySelector<HTMLVideoElement>('[data-test=remote-picture]')?.getVideoPlaybackQuality()
        .totalVideoFrames ?? 0) >= enough,
    before + more,
  );
}

/** Waits until the conversation has the call, with that outcome. */
export const noted = (page: Page, outcome: string): Promise<unknown> =>
  page.waitForSelector(`[data-test=call-item][data-outcome=${outcome}]`);

/**
 * Holds every page of a browser still, as a computer does that hangs: they neither send nor receive.
 *
 * @returns lets them go on
 */
export async function hold(browser: Browser): Promise<() => void> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const pages = processInfo.filter(({ type }) => type === 'renderer');
  const tell = (signal: 'SIGSTOP' | 'SIGCONT') => {
    for (const { id } of pages) process.kill(id, signal);
  };
  tell('SIGSTOP');
  return () => tell('SIGCONT');
}
