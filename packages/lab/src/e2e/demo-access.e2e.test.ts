import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAKE_MEDIA } from '../browser/chromium.ts';
import { obstacles } from './accessibility.ts';
import { useChromium } from './chromium-hooks.ts';
import { callStage, noted, talk, twoPeople } from './demo-call.ts';
import { WEB } from './demo-page.ts';
import { type Served, serve } from './served.ts';

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

describe('the calls of the demo page, checked with axe-core in real Chromium', () => {
  const browser = useChromium(FAKE_MEDIA);
  let server: Served;
  beforeAll(async () => {
    server = await serve({ COTURN: 'off', CONTACTS: 'mutual' }, WEB);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    { name: 'a desk', viewport: DESK, colorScheme: 'light' },
    { name: 'a desk', viewport: DESK, colorScheme: 'dark' },
    { name: 'a phone', viewport: PHONE, colorScheme: 'light' },
    { name: 'a phone', viewport: PHONE, colorScheme: 'dark' },
  ] as const)(
    'have no obstacle on $name, $colorScheme',
    async ({ viewport, colorScheme }) => {
      await using two = await twoPeople(browser(), server, { viewport, colorScheme, reducedMotion: 'reduce' });
      const { alice, bob } = two;
      expect(await obstacles(alice)).toEqual([]);
      await alice.click('[data-test=call-video]');
      await bob.waitForSelector('[data-test=incoming-call]');
      await callStage(alice, 'alerting');
      expect(await obstacles(alice)).toEqual([]);
      expect(await obstacles(bob)).toEqual([]);
      await bob.click('[data-test=call-decline]');
      await callStage(alice, 'over');
      expect(await obstacles(alice)).toEqual([]);
      await talk(two);
      await bob.click('[data-test=microphone]');
      await alice.waitForSelector('[data-test=their-mute]');
      expect(await obstacles(alice)).toEqual([]);
      await alice.click('[data-test=camera]');
      await bob.waitForSelector('[data-test=remote-picture][data-seen=false]', { state: 'attached' });
      expect(await obstacles(bob)).toEqual([]);
      await alice.click('[data-test=call-size]');
      expect(await obstacles(alice)).toEqual([]);
      await bob.click('[data-test=call-settings]');
      expect(await obstacles(bob)).toEqual([]);
      await alice.keyboard.press('Control+Shift+H');
      await noted(bob, 'talked');
      expect(await obstacles(bob)).toEqual([]);
    },
    180_000,
  );
});
