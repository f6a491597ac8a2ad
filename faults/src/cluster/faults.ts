import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Deployed, Node } from './deployed.ts';

/** What is broken, and how long each time, milliseconds. */
const AWAY_MS = 5_000;
const FROZEN_MS = 20_000;
const CUT_OFF_MS = 10_000;
/** The front asks every node once a second whether it is there. */
const FOUND_MS = 1_500;

/** One fault: breaks something, and mends it. Resolves at its end, from which on everybody has 5 s to be served again. */
type Fault = (cluster: Deployed, random: Random) => Promise<void>;

/**
 * The faults, in the order in which they are made. Where a node is killed the fault ends with the kill, as the others are to take
 * over without it; otherwise it ends when what was broken runs again.
 */
export const FAULTS = {
  'node-killed': async ({ nodes }, random) => random.oneOf(nodes).end('SIGKILL'),
  'node-frozen': ({ nodes }, random) => frozen(random.oneOf(nodes), FROZEN_MS),
  'redis-killed': async ({ redis }) => {
    await redis.kill();
    await sleep(AWAY_MS);
    await redis.restart();
  },
  'redis-frozen': ({ redis }) => frozen(redis, FROZEN_MS),
  'database-killed': async ({ mongo }) => {
    await mongo.kill();
    await sleep(AWAY_MS);
    await mongo.restart();
  },
  'front-reloaded': async ({ front }) => front.reload(),
  'node-cut-off-from-redis': async ({ nodes }, random) => {
    const { toRedis } = random.oneOf(nodes);
    toRedis.hold();
    await sleep(CUT_OFF_MS);
    toRedis.release();
  },
  'rolling-restart': async ({ nodes }) => {
    for (const node of nodes) {
      await node.end('SIGTERM');
      await node.start();
      // As whoever rolls waits until the front has found it again.
      await sleep(FOUND_MS);
    }
  },
} as const satisfies Record<string, Fault>;

/** Name of a fault. */
export type FaultName = keyof typeof FAULTS;

/** All of them, in order. */
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** Does nothing for a while, and keeps its connections. */
async function frozen(what: Pick<Node, 'freeze' | 'thaw'>, ms: number): Promise<void> {
  await what.freeze();
  await sleep(ms);
  await what.thaw();
}

/** Starts again what a fault left away. Resolves when the front has found every node. */
export async function mend({ nodes }: Deployed): Promise<void> {
  for (const node of nodes) if (!node.isRunning) await node.start();
  await sleep(FOUND_MS);
}
