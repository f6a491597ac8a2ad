import type { LabEvent } from '@anypath/lab/matrix/events';
import { clientsOf, type Pair } from '@anypath/lab/matrix/plan';
import { plugIn, unplug } from '@anypath/lab/network/events';
import { labObstacle } from '@anypath/lab/network/requirements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEventTrial } from './event-trial.ts';
import { LinkLab } from './link-lab.ts';
import type { BenchEvent } from './plan.ts';
import { SUBJECTS } from './subjects.ts';

const HOMES: Pair = { a: 'home', b: 'home' };
const OPTIONS = { media: true, giveUpMs: 8_000 };
const TIMEOUT_MS = 120_000;

const planned = (event: LabEvent): BenchEvent => ({
  event,
  pair: HOMES,
  outage: 'none',
  hasRtc: true,
  marks: {},
});

const NOTHING = planned({ name: 'nothing', doc: 'nothing happens', pair: HOMES, happen: async () => undefined });
const STUCK = planned({
  name: 'stuck',
  doc: 'the cable is pulled for good',
  pair: HOMES,
  happen: async (_scene, { client }) => {
    await unplug(client);
    return () => plugIn(client);
  },
});

describe('the benchmark of links in real Chromium, on lines with delay', () => {
  let lab: LinkLab | undefined;
  beforeAll(async () => {
    if (!labObstacle()) lab = await LinkLab.open(clientsOf([HOMES]));
  }, TIMEOUT_MS);
  afterAll(async () => lab?.[Symbol.asyncDispose]());

  const run = async (name: (typeof SUBJECTS)[number], event: BenchEvent) => {
    if (!lab) throw new Error('there is no lab');
    const trial = await runEventTrial(
      lab,
      name,
      event,
      { a: lab.station('home-1'), b: lab.station('home-2') },
      OPTIONS,
    );
    if (!trial.connected) throw new Error(`${name} did not connect`);
    return trial;
  };

  it.for(SUBJECTS)(
    '%s: messages and frames flow without a gap where nothing happens',
    { timeout: TIMEOUT_MS },
    async (name) => {
      const { verdict, noMedia } = await run(name, NOTHING);
      expect(noMedia).toBeUndefined();
      expect(verdict).toMatchObject({ lost: 0, repeated: 0, reordered: 0 });
      expect(verdict.sent).toBeGreaterThan(200);
      for (const gap of [verdict.gapMs, verdict.mediaGapMs]) {
        expect(gap).toBeGreaterThan(0);
        expect(gap).toBeLessThan(3_000);
      }
    },
  );

  it.for(SUBJECTS)(
    '%s: a peer that is stuck gives no gap, no better path and no media, and its messages are lost',
    { timeout: TIMEOUT_MS },
    async (name) => {
      const { verdict } = await run(name, STUCK);
      expect(verdict).toMatchObject({ gapMs: null, betterMs: null, mediaGapMs: null });
      expect(verdict.lost).toBeGreaterThan(100);
    },
  );
});
