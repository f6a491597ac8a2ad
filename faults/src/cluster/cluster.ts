import { setTimeout as sleep } from 'node:timers/promises';
import { percentileOf } from '@anypath/bench/spread';
import { Device } from '../device.ts';
import { Ledger } from '../ledger.ts';
import { type Random, randomOf } from '../random.ts';
import { type Deployed, deploy } from './deployed.ts';
import { FAULTS, type FaultName, mend } from './faults.ts';
import { Talk } from './talk.ts';

/** How much is broken. */
export interface ClusterFaults {
  /** From 2 to 4. */
  readonly nodes: number;
  /** Three at least: each writes to the next. */
  readonly clients: number;
  readonly only: readonly FaultName[];
  /** The same seed makes the same plan, as far as programs keep its time. */
  readonly seed: number;
}

/** What a fault did. */
export interface FaultReport {
  readonly fault: FaultName;
  /** Messages whose receipt said, from shortly before the fault until it was over, that they are kept or delivered. */
  readonly acked: number;
  /** Those of the acknowledged that did not come. */
  readonly lost: number;
  readonly repeated: number;
  readonly reordered: number;
  /** The longest time in which nothing came from one client to the next, 95th percentile of all, milliseconds. */
  readonly gapP95Ms: number;
  /** From the end of the fault until a message that was sent after it has come to everybody, milliseconds; `null` where it did not. */
  readonly recoveredMs: number | null;
}

/** Within this time of its end everybody is served again, milliseconds. */
export const SERVED_WITHIN_MS = 5_000;

/** Everybody has talked without a fault for so long before each one, milliseconds. */
const CALM_MS = 1_500;
/** How long they may take to begin with. */
const BEGIN_MS = 30_000;
/** Who is not served by then, will not be. */
const GIVEN_UP_MS = 60_000;
/** Flows of which it is shown what their ends believe. */
const EXPLAINED_MAX = 3;

/** In the end nothing has moved for so long: what is missing will not come. */
const STILL_MS = 15_000;
const LOOK_EVERY_MS = 50;

/** Breaks a cluster, one fault after the other, while clients talk. @param told of each fault when it is over */
export async function breakCluster(
  options: ClusterFaults,
  say: (line: string) => void,
  told: (report: FaultReport, complaints: readonly string[]) => void = () => undefined,
): Promise<FaultReport[]> {
  const random = randomOf(options.seed);
  await using cluster = await deploy(options.nodes, say);
  const ledger = new Ledger();
  const talk = new Talk(ledger, random);
  const wallets = Array.from({ length: options.clients }, (_, index) => `client-${index + 1}`);
  const devices = wallets.map((wallet, index) => {
    const next = wallets[(index + 1) % wallets.length] ?? wallet;
    return new Device(wallet, cluster.front.destination, talk.of(wallet, next));
  });
  const scene: Scene = { cluster, random, ledger, talk, say };
  try {
    for (const device of devices) await device.start();
    say(`${options.nodes} nodes, ${options.clients} clients`);
    const reports: FaultReport[] = [];
    for (const fault of options.only) {
      const known = ledger.complaints().length;
      const report = await breakOnce(scene, fault);
      reports.push(report);
      told(report, ledger.complaints().slice(known));
    }
    return reports;
  } finally {
    talk.isOpen = false;
    for (const device of devices) device.crash();
  }
}

interface Scene {
  readonly cluster: Deployed;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly talk: Talk;
  readonly say: (line: string) => void;
}

async function breakOnce(scene: Scene, fault: FaultName): Promise<FaultReport> {
  const { cluster, random, ledger, talk, say } = scene;
  const before = ledger.counts();
  talk.isOpen = true;
  const openedMs = performance.now();
  if (!(await until(() => talk.gaps.servedAfter(openedMs) !== undefined, BEGIN_MS)))
    say(`${fault}: not all are served before it`);
  await sleep(CALM_MS);
  const brokenMs = performance.now();
  say(`${fault}: now`);
  await FAULTS[fault](cluster, random);
  const mendedMs = performance.now();
  if (!(await until(() => talk.gaps.servedAfter(mendedMs) !== undefined, SERVED_WITHIN_MS))) {
    const unserved = talk.gaps.unserved(mendedMs);
    say(`${fault}: not served in time: ${unserved.join(', ')}`);
    await explain(scene, unserved);
    const isServed = await until(() => talk.gaps.servedAfter(mendedMs) !== undefined, GIVEN_UP_MS);
    if (!isServed) await explain(scene, talk.gaps.unserved(mendedMs));
  }
  const recoveredMs = talk.gaps.servedAfter(mendedMs);
  const gaps = talk.gaps.longest(brokenMs, performance.now());
  say(`${fault}: ${recoveredMs === undefined ? 'not over' : `over ${recoveredMs.toFixed(0)} ms after its end`}`);
  await mend(cluster);
  talk.isOpen = false;
  await settled(ledger);
  const { acked, lost, repeated, reordered } = ledger.counts();
  return {
    fault,
    acked: acked - before.acked,
    lost: lost - before.lost,
    repeated: repeated - before.repeated,
    reordered: reordered - before.reordered,
    gapP95Ms: Math.round(percentileOf(gaps, 0.95)),
    recoveredMs: recoveredMs === undefined ? null : Math.round(recoveredMs),
  };
}

/** Says what both ends of some flows believe. */
async function explain({ talk, say }: Scene, flows: readonly string[]): Promise<void> {
  for (const flow of flows.slice(0, EXPLAINED_MAX)) for (const line of await talk.explain(flow)) say(line);
}

/** Whether a fault did no harm. */
export const isHarmless = ({ lost, repeated, reordered, recoveredMs }: FaultReport): boolean =>
  lost + repeated + reordered === 0 && recoveredMs !== null && recoveredMs <= SERVED_WITHIN_MS;

/** Waits until everything that was acknowledged has come and nothing moves any more, or will. */
async function settled(ledger: Ledger): Promise<void> {
  let before = '';
  let movedMs = performance.now();
  for (;;) {
    const { lost, sent, seen, ...rest } = ledger.counts();
    if (lost === 0 && seen >= sent) return;
    const now = JSON.stringify([lost, sent, seen, rest]);
    if (now !== before) movedMs = performance.now();
    else if (performance.now() - movedMs > STILL_MS) return;
    before = now;
    await sleep(LOOK_EVERY_MS);
  }
}

/** @returns whether it was so in time */
async function until(isSo: () => boolean, withinMs: number): Promise<boolean> {
  const endMs = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > endMs) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}
