import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useChromium } from './chromium-hooks.ts';
import { callStage, hold, noCall, noted, seesFrames, talk, third, twoPeople } from './demo-call.ts';
import { focused, message, say, WEB } from './demo-page.ts';
import { type Served, serve } from './served.ts';
import { swapFingerprint } from './swap-fingerprint.ts';

/** Three cameras and two microphones that need no permission. The second camera is one for depth, whose pictures nothing encodes. */
const FAKES = ['--use-fake-device-for-media-stream=device-count=3', '--use-fake-ui-for-media-stream'] as const;

/** States of everything that a page has opened. */
const opened = (page: Page): Promise<string[]> =>
  page.evaluate(() => window.opened.map(({ kind, readyState }) => `${kind} ${readyState}`));

const press = (page: Page, letter: string) => page.keyboard.press(`Control+Shift+${letter}`);

describe('calls on the demo page in real Chromium, with cameras that are made up, at the real server', {
  timeout: 120_000,
}, () => {
  const browser = useChromium(FAKES);
  const bobsBrowser = useChromium(FAKES);
  let server: Served;
  beforeAll(async () => {
    server = await serve({ COTURN: 'off', CONTACTS: 'mutual' }, WEB);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('rings, is accepted, shows and plays each to the other, and is noted by both when one hangs up', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob, names } = two;
    await alice.click('[data-test=call-video]');
    await bob.waitForSelector('[data-test=incoming-call]');
    expect(await bob.title()).toBe(`${names.alice} is calling – anypath`);
    await callStage(alice, 'alerting');
    await bob.click('[data-test=call-accept]');
    await Promise.all([callStage(alice, 'active'), callStage(bob, 'active')]);
    await Promise.all([seesFrames(alice), seesFrames(bob)]);
    await bob.waitForFunction(() => {
      const audio = document.querySelector<HTMLAudioElement>('[data-test=call-sound-output]');
      return audio !== null && !audio.paused && audio.currentTime > 0;
    });
    await alice.waitForSelector('[data-test=call-state][data-tier=direct]');
    expect(await alice.locator('[data-test=call-state]').innerText()).toMatch(/Direct\s+over UDP/);
    await alice.click('[data-test=hangup]');
    await Promise.all([noCall(alice), noCall(bob)]);
    await Promise.all([noted(alice, 'talked'), noted(bob, 'talked')]);
    expect(new Set([...(await opened(alice)), ...(await opened(bob))])).toEqual(
      new Set(['audio ended', 'video ended']),
    );
    for (const { faults } of two.profiles) expect(faults).toEqual([]);
  });

  it('mutes, and turns the camera off for real, and the other side is told', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob } = two;
    await talk(two);
    await alice.click('[data-test=microphone]');
    await bob.waitForSelector('[data-test=their-mute]');
    await alice.click('[data-test=microphone]');
    await bob.waitForSelector('[data-test=their-mute]', { state: 'detached' });
    await alice.click('[data-test=camera]');
    await bob.waitForSelector('[data-test=remote-picture][data-seen=false]', { state: 'attached' });
    expect((await opened(alice)).sort()).toEqual(['audio live', 'video ended']);
    await alice.click('[data-test=camera]');
    await seesFrames(bob);
  });

  it('shows a screen in place of the camera, also of a camera that is off, and goes back to it', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob } = two;
    await talk(two);
    const width = () =>
      bob.evaluate(() => document.querySelector<HTMLVideoElement>('[data-test=remote-picture]')?.videoWidth);
    await seesFrames(bob);
    await alice.click('[data-test=camera]');
    await bob.waitForSelector('[data-test=remote-picture][data-seen=false]', { state: 'attached' });
    const camera = await width();
    await alice.click('[data-test=share]');
    await alice.waitForSelector('[data-test=own-picture][data-sharing=true]');
    await seesFrames(bob);
    await expect.poll(width).not.toBe(camera);
    expect(await alice.getAttribute('[data-test=camera]', 'aria-disabled')).toBe('true');
    await alice.click('[data-test=share]');
    await bob.waitForSelector('[data-test=remote-picture][data-seen=false]', { state: 'attached' });
    await alice.click('[data-test=camera]');
    await seesFrames(bob);
  });

  it('changes the camera and the microphone in mid-call, and remembers the choice', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob } = two;
    await talk(two);
    await alice.click('[data-test=call-settings]');
    for (const kind of ['videoinput', 'audioinput']) {
      const choice = alice.locator(`[data-test=choose-${kind}]`);
      await choice.locator('option').nth(1).waitFor({ state: 'attached' });
      const last = await choice.locator('option').last().getAttribute('value');
      await choice.selectOption(last);
      const used = (id: string | null) =>
        window.opened.some((track) => track.readyState === 'live' && track.getSettings().deviceId === id);
      await alice.waitForFunction(used, last);
    }
    await alice.click('[data-test=call-settings-close]');
    await seesFrames(bob);
    await alice.click('[data-test=hangup]');
    await noCall(alice);
    const chosen = await alice.evaluate(() => JSON.parse(localStorage.getItem('anypath-web:media') ?? '{}'));
    await talk(two);
    const now = await alice.evaluate(() =>
      window.opened.filter(({ readyState }) => readyState === 'live').map((track) => track.getSettings().deviceId),
    );
    expect(now.sort()).toEqual([chosen.audioinput, chosen.videoinput].sort());
  });

  it('is accepted without a camera, and in a call without pictures somebody turns one on', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob } = two;
    await alice.click('[data-test=call-video]');
    await bob.click('[data-test=call-accept-sound]');
    await seesFrames(bob);
    expect(await opened(bob)).toEqual(['audio live']);
    await alice.waitForSelector('[data-test=remote-picture][data-seen=false]', { state: 'attached' });
    await bob.click('[data-test=camera]');
    await seesFrames(alice);
  });

  it('is declined by the button and by Escape, and the caller is told', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob } = two;
    await alice.click('[data-test=call-sound]');
    await bob.click('[data-test=call-decline]');
    await alice.locator('[data-test=call-why]', { hasText: 'declined' }).waitFor();
    await noted(bob, 'declined');
    await alice.click('[data-test=call-again]');
    await bob.waitForSelector('[data-test=incoming-call]');
    await bob.keyboard.press('Escape');
    await bob.waitForSelector('[data-test=incoming-call]', { state: 'detached' });
    await callStage(alice, 'over');
    await expect.poll(() => bob.locator('[data-test=call-item][data-outcome=declined]').count()).toBe(2);
    await alice.click('[data-test=call-close]');
    await noCall(alice);
    await expect.poll(() => focused(alice)).toBe('call-sound');
  });

  it('is missed where the caller gives up, is said once with its path, and can be called back', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob, names } = two;
    await bob.keyboard.press('Escape');
    await alice.click('[data-test=call-video]');
    await bob.waitForSelector('[data-test=incoming-call]');
    await alice.click('[data-test=hangup]');
    await noted(alice, 'cancelled');
    await bob.waitForSelector('[data-test=call-item][data-outcome=missed][data-path]');
    await expect.poll(() => bob.locator('[data-test=call-item]').count()).toBe(1);
    expect(await bob.locator('[data-test=incoming-call]').count()).toBe(0);
    expect(await bob.locator('[data-test=call-item]').innerText()).toContain('Missed video call');
    await bob.click('[data-test=call-back]');
    await alice.locator('[data-test=incoming-call]', { hasText: `${names.bob} is calling` }).waitFor();
  });

  it('is missed by who is away, and waits for them in the mailbox', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob, names } = two;
    await bob.goto('about:blank');
    await alice.waitForSelector(`[data-test=person][data-wallet="${names.bob}"][data-online=false]`);
    await alice.click('[data-test=call-sound]');
    await alice.locator('[data-test=call-state]', { hasText: 'offline' }).waitFor();
    await alice.click('[data-test=hangup]');
    await noted(alice, 'cancelled');
    await bob.goto(server.url);
    await bob.waitForSelector('[data-test=app][data-online=true]');
    await bob.waitForSelector('[data-test=call-item][data-outcome=missed][data-path=mailbox]');
  });

  it('finds who is in a call busy, and does not disturb them', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob, names, profiles } = two;
    const carla = await third((profiles[0] as (typeof profiles)[0]).context, server, bob, names.bob);
    await talk(two);
    await carla.click('[data-test=call-sound]');
    await carla.waitForSelector('[data-test=call][data-why=engaged]');
    expect(await bob.locator('[data-test=incoming-call]').count()).toBe(0);
    await bob.waitForSelector('[data-test=unread]');
    await seesFrames(alice);
  });

  it('can be held with the keyboard alone', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob } = two;
    await alice.focus('[data-test=composer]');
    for (let steps = 0; (await focused(alice)) !== 'call-video' && steps < 12; steps++)
      await alice.keyboard.press('Shift+Tab');
    await alice.keyboard.press('Enter');
    // Who is writing does not answer by accident.
    await bob.focus('[data-test=composer]');
    await bob.waitForSelector('[data-test=incoming-call]');
    await expect.poll(() => focused(bob)).toBe('incoming-title');
    await bob.keyboard.press('Enter');
    await bob.keyboard.press('Tab');
    await expect.poll(() => focused(bob)).toBe('call-accept');
    await bob.keyboard.press('Enter');
    await Promise.all([callStage(alice, 'active'), callStage(bob, 'active')]);
    await expect.poll(() => focused(bob)).toBe('call-title');
    await press(bob, 'M');
    await alice.waitForSelector('[data-test=their-mute]');
    await press(bob, 'O');
    await alice.waitForSelector('[data-test=remote-picture][data-seen=false]', { state: 'attached' });
    await press(bob, 'E');
    await seesFrames(alice);
    // From where somebody writes, too.
    await bob.focus('[data-test=composer]');
    await press(bob, 'H');
    await Promise.all([noCall(alice), noCall(bob)]);
    await expect.poll(() => focused(bob)).toBe('composer');
    await expect.poll(() => focused(alice)).toBe('call-sound');
  });

  it('says aloud how it goes on', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob, names } = two;
    const said = (page: Page, words: string) =>
      page.locator('[data-test=call-news][role=status]', { hasText: words }).waitFor({ state: 'attached' });
    await alice.click('[data-test=call-sound]');
    await said(alice, 'It rings.');
    const dialog = bob.getByRole('alertdialog', { name: `${names.alice} is calling` });
    await dialog.waitFor();
    await bob.click('[data-test=call-accept]');
    await said(alice, `Connected with ${names.bob}. The media goes directly now.`);
    await bob.click('[data-test=microphone]');
    await said(alice, `${names.bob} has muted the microphone.`);
    await bob.click('[data-test=hangup]');
    await said(alice, `The call with ${names.bob} has ended.`);
  });

  it('fills a phone, where nothing behind it is reached, until it is made smaller to write', async () => {
    await using two = await twoPeople(browser(), server, { viewport: { width: 390, height: 844 } });
    const { alice, bob } = two;
    await talk(two);
    await alice.waitForSelector('[data-test=call][data-large=true]');
    expect(await alice.locator('main').getAttribute('inert')).not.toBeNull();
    expect(await alice.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await alice.keyboard.press('Escape');
    await alice.waitForSelector('[data-test=call][data-large=false]');
    await say(alice, 'while we talk');
    await message(alice, 'while we talk', '[data-state=delivered]');
    await alice.click('[data-test=back]');
    await alice.click('[data-test=call-size]');
    await seesFrames(alice);
    await bob.click('[data-test=hangup]');
    await noCall(alice);
  });

  it('rings to be heard, and does not where that is switched off', async () => {
    await using two = await twoPeople(browser(), server);
    const { alice, bob } = two;
    const notes = () => Promise.all([alice, bob].map((page) => page.evaluate(() => window.notes)));
    await bob.locator('[data-test=settings] summary').click();
    await bob.locator('[data-test=settings]').getByRole('group', { name: 'Ring tone' }).getByLabel('Off').check();
    await alice.click('[data-test=call-sound]');
    await bob.waitForSelector('[data-test=incoming-call]');
    await callStage(alice, 'alerting');
    await expect.poll(async () => (await notes())[0]).toBeGreaterThan(0);
    expect((await notes())[1]).toBe(0);
    await alice.click('[data-test=hangup]');
    await noted(bob, 'missed');
    const [before = 0] = await notes();
    await bob.click('[data-test=call-sound]');
    await alice.waitForSelector('[data-test=incoming-call]');
    await expect.poll(async () => (await notes())[0]).toBeGreaterThanOrEqual(before + 6);
    expect((await notes())[1]).toBe(0);
  });

  it('moves nothing on screen for who does not want that', async () => {
    await using two = await twoPeople(browser(), server, { reducedMotion: 'reduce' });
    const { alice, bob } = two;
    await alice.click('[data-test=call-sound]');
    await bob.waitForSelector('[data-test=incoming-call]');
    await callStage(alice, 'alerting');
    const moving = () => document.getAnimations().length;
    expect(await alice.evaluate(moving)).toBe(0);
    expect(await bob.evaluate(moving)).toBe(0);
  });

  it('is ended with a plain sentence where somebody sits in between, and says what to do', async () => {
    await using two = await twoPeople(browser(), server, { prepareBob: swapFingerprint });
    const { alice, bob } = two;
    await alice.click('[data-test=call-video]');
    await bob.click('[data-test=call-accept]');
    for (const page of [alice, bob]) {
      await page.waitForSelector('[data-test=call][data-why=fingerprint_mismatch]');
      await page.locator('[data-test=call-why][role=alert]', { hasText: 'Compare the safety number' }).waitFor();
    }
    expect(await alice.locator('[data-test=call-again]').count()).toBe(0);
    await alice.click('[data-test=call-safety]');
    await alice.waitForSelector('[data-test=safety-number]');
    await alice.click('[data-test=safety-close]');
    await alice.click('[data-test=call-close]');
    await noted(alice, 'failed');
  });

  it('says that it reconnects only while nothing comes, and goes on then', async () => {
    await using two = await twoPeople(browser(), server, { bobsBrowser: bobsBrowser() });
    const { alice, bob } = two;
    await talk(two);
    await seesFrames(alice, 30);
    expect(await alice.locator('[data-flow=still]').count()).toBe(0);
    const goOn = await hold(bobsBrowser());
    try {
      await alice.locator('[data-test=call-state][data-flow=still]', { hasText: 'Reconnecting…' }).waitFor();
      await alice.locator('[data-test=call-news]', { hasText: 'stands still' }).waitFor({ state: 'attached' });
    } finally {
      goOn();
    }
    await alice.waitForSelector('[data-test=call-state][data-flow=flowing]');
    await Promise.all([seesFrames(alice), seesFrames(bob)]);
  });

  it('needs WebRTC, and says so where the person allows the relay only', async () => {
    await using two = await twoPeople(browser(), server, { address: '?network=relay' });
    await two.alice.click('[data-test=call-sound]');
    await two.alice.locator('[data-test=call-why]', { hasText: 'Relay only' }).waitFor();
  });
});

describe('a call on the demo page through real coturn', () => {
  const browser = useChromium(FAKES);

  it('shows TURN as the path of the media, and its protocol', async (context) => {
    await using server = await serve({ CONTACTS: 'mutual' }, WEB);
    if (server.running.turnPid() === undefined) context.skip('coturn is not installed (apt-get install coturn)');
    await using two = await twoPeople(browser(), server, { address: '?network=turn' });
    await talk(two);
    await two.alice.locator('[data-test=call-state][data-tier=turn]', { hasText: /TURN\s*over (UDP|TCP)/ }).waitFor();
    await seesFrames(two.alice);
  });
});

describe('a call on the demo page in real Chromium that refuses microphone and camera', () => {
  const browser = useChromium(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream=deny']);

  it('says what to do to who calls and to who is called, and goes on ringing', async () => {
    await using server = await serve({ COTURN: 'off', CONTACTS: 'mutual' }, WEB);
    await using two = await twoPeople(browser(), server);
    const { alice, bob } = two;
    await alice.click('[data-test=call-video]');
    await alice.locator('[data-test=call-why][role=alert]', { hasText: 'address bar' }).waitFor();
    await expect.poll(() => alice.locator('[data-test=call-without-camera]').count()).toBe(1);
    // The caller's are allowed from here on.
    await alice.evaluate(() => {
      MediaDevices.prototype.getUserMedia = async () => document.createElement('canvas').captureStream();
    });
    await alice.click('[data-test=call-again]');
    await bob.click('[data-test=call-accept]');
    await bob.getByRole('alert').filter({ hasText: 'address bar' }).waitFor();
    await callStage(alice, 'alerting');
    await bob.click('[data-test=call-listen]');
    await Promise.all([callStage(alice, 'active'), callStage(bob, 'active')]);
    await bob.click('[data-test=microphone]');
    await bob.locator('[data-test=call-problem]', { hasText: 'microphone' }).waitFor();
    await bob.click('[data-test=hangup]');
  });
});
