import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAKE_MEDIA } from '../browser/chromium.ts';
import { bundleSdk } from '../browser/sdk-bundle.ts';
import { CallPage } from './call-page.ts';
import { useChromium } from './chromium-hooks.ts';
import { type Served, serve } from './served.ts';
import { swapFingerprint } from './swap-fingerprint.ts';

describe('a call between pages of real Chromium, with a camera that is made up, through the real server', () => {
  const browser = useChromium(FAKE_MEDIA);
  let server: Served;
  let sdk = '';
  beforeAll(async () => {
    [server, sdk] = await Promise.all([serve({ COTURN: 'off' }), bundleSdk()]);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  let people = 0;
  /** Two people, new ones for each test. */
  async function pair(prepare?: () => void) {
    const [alice, bob] = [`alice${++people}`, `bob${people}`];
    const pages = await Promise.all([
      CallPage.open(browser(), server.url, sdk, alice, bob, prepare ? { prepare } : {}),
      CallPage.open(browser(), server.url, sdk, bob, alice),
    ]);
    return {
      alice: pages[0],
      bob: pages[1],
      names: { alice, bob },
      [Symbol.asyncDispose]: async () => void (await Promise.all(pages.map((page) => page[Symbol.asyncDispose]()))),
    };
  }

  /** A pair that is in a call. */
  async function talking() {
    const two = await pair();
    await two.alice.call();
    await two.bob.waitForPhase('ringing');
    await two.bob.accept();
    await Promise.all([two.alice.waitForPhase('active'), two.bob.waitForPhase('active')]);
    await Promise.all([two.alice.waitForFrames(), two.bob.waitForFrames()]);
    return two;
  }

  it('rings, is accepted, and shows each the other, until one hangs up', async () => {
    await using two = await talking();
    const { alice, bob } = two;
    expect(await alice.phases()).toEqual(['calling', 'alerting', 'active']);
    const pairs = await Promise.all(
      [alice, bob].map(({ page }) => page.evaluate(() => window.phone.call?.selectedPair())),
    );
    expect(pairs.map((one) => one?.local.protocol)).toEqual(['udp', 'udp']);
    await alice.page.evaluate(() => window.phone.call?.hangup());
    await Promise.all([alice.waitForPhase('ended: hangup'), bob.waitForPhase('ended: hangup')]);
    const live = await bob.page.evaluate(
      () => window.phone.call?.local.getTracks().filter(({ readyState }) => readyState === 'live').length,
    );
    expect(live).toBe(0);
    expect(await bob.page.evaluate(() => window.phone.call?.selectedPair())).toBeUndefined();
  });

  it('tells who is muted', async () => {
    await using two = await talking();
    await two.alice.page.evaluate(() => window.phone.call?.mute('audio'));
    await two.bob.page.waitForFunction(() => window.phone.muted.includes('audio true'));
    expect(
      await two.alice.page.evaluate(() => window.phone.call?.local.getAudioTracks().map(({ enabled }) => enabled)),
    ).toEqual([false]);
    await two.alice.page.evaluate(() => window.phone.call?.mute('audio', false));
    await two.bob.page.waitForFunction(() => window.phone.muted.includes('audio false'));
  });

  it('shows a screen in place of the camera, without another negotiation, and the camera after it', async () => {
    await using two = await talking();
    const { alice, bob } = two;
    const label = () => alice.page.evaluate(() => window.phone.call?.local.getVideoTracks()[0]?.label);
    const camera = await label();
    await alice.page.evaluate(() => window.phone.call?.shareScreen());
    expect(await label()).not.toBe(camera);
    await bob.waitForFrames();
    await alice.page.evaluate(() => window.phone.call?.stopSharing());
    expect(await label()).toBe(camera);
    await bob.waitForFrames();
  });

  it('takes a track in and out while both do so at once', async () => {
    await using two = await pair();
    const { alice, bob } = two;
    await alice.call({ audio: true });
    await bob.waitForPhase('ringing');
    await bob.accept();
    await Promise.all([alice.waitForPhase('active'), bob.waitForPhase('active')]);
    const show = async () => {
      const [track] = (await navigator.mediaDevices.getUserMedia({ video: true })).getVideoTracks();
      if (track) window.phone.link.addTrack(track);
    };
    await Promise.all([alice.page.evaluate(show), bob.page.evaluate(show)]);
    await Promise.all([alice.waitForFrames(), bob.waitForFrames()]);
    await alice.page.evaluate(() => {
      const [track] = window.phone.call?.local.getVideoTracks() ?? [];
      if (track) window.phone.link.removeTrack(track);
    });
    await bob.page.waitForFunction(() => window.phone.call?.remote.getVideoTracks().length === 0);
  });

  it('goes on beside a connection that died, with the same stream, and beside the next', async () => {
    await using two = await talking();
    const { alice, bob } = two;
    for (let deaths = 0; deaths < 2; deaths++) {
      await Promise.all([alice.waitForFrames(30), bob.waitForFrames(30)]);
      const before = await alice.page.evaluate(() => window.phone.connections.length);
      const startedMs = Date.now();
      // Closed by hand behind the SDK's back, and only the media: the other side does not know, and nothing fires here.
      await alice.page.evaluate(() => {
        for (const pc of window.phone.connections) if (pc.getSenders().some(({ track }) => track)) pc.close();
      });
      await alice.page.waitForFunction((count) => window.phone.connections.length > count, before);
      await Promise.all([alice.waitForFrames(), bob.waitForFrames()]);
      // The browser itself tells of it after more than five seconds.
      expect(Date.now() - startedMs).toBeLessThan(5_000);
      for (const { page } of [alice, bob]) {
        const tracks = await page.evaluate(() =>
          window.phone.call?.remote.getTracks().map(({ kind, readyState }) => `${kind} ${readyState}`),
        );
        expect(tracks?.sort()).toEqual(['audio live', 'video live']);
      }
    }
    expect(await bob.phases()).toEqual(['ringing', 'active']);
  });

  it('is declined', async () => {
    await using two = await pair();
    await two.alice.call();
    await two.bob.waitForPhase('ringing');
    await two.bob.page.evaluate(() => window.phone.call?.decline());
    await Promise.all([two.alice.waitForPhase('ended: declined'), two.bob.waitForPhase('ended: declined')]);
  });

  it('finds who is in a call already busy', async () => {
    await using two = await talking();
    const { alice: name, bob } = two.names;
    await using carol = await CallPage.open(browser(), server.url, sdk, `carol-${name}`, bob);
    await two.bob.page.evaluate((wallet) => {
      window.phone.client.link(wallet).on('call', () => window.phone.phases.push('a second one rings'));
    }, `carol-${name}`);
    await carol.call();
    await carol.waitForPhase('ended: busy');
    await two.bob.waitForPhase('active');
  });

  it('leaves a message where nobody is there, and one where nobody takes it', async () => {
    await using two = await pair();
    const { alice, bob, names } = two;
    await alice.call({ audio: true }, 400);
    await Promise.all([alice.waitForPhase('ended: no-answer'), bob.waitForPhase('ended: missed')]);
    await bob.page.waitForFunction(() => window.phone.missed.length === 1);
    await bob.page.evaluate(() => window.phone.client.close());
    await alice.page.waitForFunction((name) => !window.phone.client.online.includes(name), names.bob);
    await alice.call({ audio: true, video: true });
    await alice.page.evaluate(() => window.phone.call?.hangup());
    await alice.waitForPhase('ended: cancelled');
    const id = await alice.page.evaluate(() => window.phone.call?.id);
    await bob.again(sdk, names.bob, names.alice);
    await bob.page.waitForFunction(() => window.phone.missed.length === 1);
    expect(await bob.page.evaluate(() => window.phone.missed)).toEqual([{ call: id, video: true }]);
  });

  it('rings on two devices, and stops on the one that does not take it', async () => {
    await using two = await pair();
    const { alice, bob, names } = two;
    await using tablet = await CallPage.open(browser(), server.url, sdk, names.bob, names.alice);
    // Whoever comes while the other device rings already, rings too.
    await alice.call();
    await Promise.all([bob.waitForPhase('ringing'), tablet.waitForPhase('ringing')]);
    await tablet.accept();
    await Promise.all([alice.waitForPhase('active'), tablet.waitForPhase('active')]);
    await bob.waitForPhase('ended: elsewhere');
    await Promise.all([alice.waitForFrames(), tablet.waitForFrames()]);
  });

  it('is one call where both call each other at once', async () => {
    await using two = await pair();
    const { alice, bob } = two;
    await Promise.all([alice.call(), bob.call()]);
    await Promise.all([alice.waitForPhase('active'), bob.waitForPhase('active')]);
    await Promise.all([alice.waitForFrames(), bob.waitForFrames()]);
    const ids = await Promise.all([alice, bob].map(({ page }) => page.evaluate(() => window.phone.call?.id)));
    expect(ids[0]).toBe(ids[1]);
  });

  it('is closed with fingerprint_mismatch, before anything was played, where a description is not for the certificate', async () => {
    await using two = await pair(swapFingerprint);
    const { alice, bob } = two;
    await bob.call();
    await alice.waitForPhase('ringing');
    await alice.accept();
    await Promise.all([
      bob.waitForPhase('ended: fingerprint_mismatch'),
      alice.waitForPhase('ended: fingerprint_mismatch'),
    ]);
    const states = await bob.page.evaluate(() => window.phone.connections.map((pc) => pc.getReceivers().length));
    // Only the connection for messages was ever given a description.
    expect(states.every((receivers) => receivers === 0)).toBe(true);
  });

  it('ends where the page of the other side was reloaded', async () => {
    await using two = await talking();
    await two.bob.page.reload();
    await two.bob.again(sdk, two.names.bob, two.names.alice);
    await two.alice.waitForPhase('ended: gone');
  });
});
