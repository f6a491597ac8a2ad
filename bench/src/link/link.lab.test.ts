import type { LabEvent } from '@anypath/lab/matrix/events';
import { clientsOf, type Pair } from '@anypath/lab/matrix/plan';
import { plugIn, unplug } from '@anypath/lab/network/events';
import { labObstacle } from '@anypath/lab/network/requirements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runConnectTrial } from './connect-trial.ts';
import { runEventTrial } from './event-trial.ts';
import { LinkLab } from './link-lab.ts';
import type { BenchEvent } from './plan.ts';
import { SUBJECTS, type SubjectName } from './subjects.ts';

const HOMES: Pair = { a: 'home', b: 'home' };
const OPTIONS = { media: true, giveUpMs: 8_000 };
const TIMEOUT_MS = 120_000;
/** What is watched through whole events here; of the others it is seen that they connect. */
const WATCHED = ['anypath', 'minimal', 'peerjs'] as const satisfies readonly SubjectName[];
const CONNECTED = ['simple-peer', 'trystero', 'libp2p'] as const satisfies readonly SubjectName[];

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
    if (!labObstacle()) lab = await LinkLab.open(clientsOf([HOMES]), SUBJECTS);
  }, TIMEOUT_MS);
  afterAll(async () => lab?.[Symbol.asyncDispose]());

  const stations = (open: LinkLab) => ({ a: open.station('home-1'), b: open.station('home-2') });
  const run = async (name: SubjectName, event: BenchEvent) => {
    if (!lab) throw new Error('there is no lab');
    const trial = await runEventTrial(lab, name, event, stations(lab), OPTIONS);
    if (!trial.connected) throw new Error(`${name} did not connect`);
    return trial;
  };

  it.for(WATCHED)(
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

  it.for(WATCHED)(
    '%s: a peer that is stuck gives no gap, no better path and no media, and its messages are lost',
    { timeout: TIMEOUT_MS },
    async (name) => {
      const { verdict } = await run(name, STUCK);
      expect(verdict).toMatchObject({ gapMs: null, betterMs: null, mediaGapMs: null });
      expect(verdict.lost).toBeGreaterThan(100);
    },
  );

  it.for(CONNECTED)(
    '%s: the first message arrives, and later ones take the direct path',
    { timeout: TIMEOUT_MS },
    async (name) => {
      if (!lab) throw new Error('there is no lab');
      const { firstMs, directMs } = await runConnectTrial(lab, name, stations(lab), OPTIONS.giveUpMs);
      expect(firstMs).toBeGreaterThan(0);
      expect(directMs).toBeGreaterThan(0);
    },
  );
});
