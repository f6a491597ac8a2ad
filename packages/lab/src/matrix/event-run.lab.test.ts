import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labObstacle } from '../network/requirements.ts';
import { runEvents } from './event-run.ts';
import { EVENTS } from './events.ts';
import { Lab } from './lab.ts';
import { clientsOf } from './plan.ts';

const NAMES = ['udp-cut', 'coturn-restart', 'server-restart'];
const events = EVENTS.filter(({ name }) => NAMES.includes(name));

describe('a conversation of real Chromium on real networks', () => {
  let lab: Lab | undefined;
  beforeAll(async () => {
    if (!labObstacle()) lab = await Lab.open(clientsOf(events.map(({ pair }) => pair)));
  });
  afterAll(async () => lab?.[Symbol.asyncDispose]());

  it.for(events)('loses, repeats and reorders nothing when $doc', async (event, context) => {
    if (!lab) return context.skip('there is no lab');
    const [row] = await runEvents(lab, [event], { trials: 1, failures: 'test-results/lab', say: () => undefined });
    expect(row).toMatchObject({ errors: [], lost: 0, repeated: 0, reordered: 0 });
    expect(row?.sent).toBeGreaterThan(400);
  });
});
