import { beforeAll, describe, expect, it } from 'vitest';
import type { ClassName } from '../matrix/plan.ts';
import { labObstacle } from '../network/requirements.ts';
import { type DoctorRounds, runRounds } from './rounds.ts';

/** A class for each way through the verdict; `npm run lab -- doctor` has all of them. */
const QUICK_CLASSES: readonly ClassName[] = ['open', 'mobile', 'corporate', 'ultraNoWs', 'ipv6only'];
const QUICK_FAULTS: readonly string[] = ['relay range blocked', 'web up but Socket.IO blocked'];
const TIMEOUT_MS = 120_000;
/** The standard run ends before this, whatever the network does to it. */
const RUN_MS = 10_000;

describe('the built doctor on networks of real namespaces, with real coturn, squid and haproxy', () => {
  let rounds: DoctorRounds = { classes: [], faults: [] };
  beforeAll(async () => {
    if (labObstacle()) return;
    rounds = await runRounds({ classes: QUICK_CLASSES, faults: QUICK_FAULTS, say: () => undefined });
  }, TIMEOUT_MS);

  it.for(QUICK_CLASSES)('[S7.3] [S3.2] names the class %s in time', (name) => {
    const row = rounds.classes.find((each) => each.class === name);
    expect(row).toMatchObject({ ok: true });
    expect(row?.tookMs).toBeLessThan(RUN_MS);
  });

  it.for(QUICK_FAULTS)('[S7.3] [S7.7] names the cause: %s', (name) => {
    expect(rounds.faults.find(({ fault }) => fault === name)).toMatchObject({ ok: true });
  });
});
