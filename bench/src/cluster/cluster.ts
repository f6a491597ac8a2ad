import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startMongo } from '@anypath/server/testing/mongo-server';
import { startRedis } from '@anypath/server/testing/redis-server';
import { startAnypath } from '../anypath.ts';
import { type Child, startChild } from '../child.ts';
import { type Spread, spreadOf } from '../spread.ts';
import { type IdleGrowth, idleGrowth } from './idle-growth.ts';
import { KINDS, type Kind, leave, type Measured, measure, namesFor, type Side, sideOf } from './traffic.ts';

const REFERENCE = fileURLToPath(new URL('./reference.js', import.meta.url));

/** How much is measured. */
export interface ClusterOptions {
  readonly rounds: number;
  /** Of each kind, round and side; an eighth of the long ones. */
  readonly messages: number;
  /** Idle sockets. */
  readonly sockets: number;
}

/** One kind of messages. Ratios are to the reference, round by round. */
export interface ClusterTraffic {
  /** Messages a second: both clients on two nodes, both on one, and on two nodes of the reference. */
  readonly two: Spread;
  readonly one: Spread;
  readonly reference: Spread;
  /** Two nodes of ours to two of the reference. */
  readonly ratio: Spread;
  /** Processor time of all nodes together, microseconds a message. */
  readonly cpu: { readonly two: Spread; readonly one: Spread; readonly reference: Spread; readonly ratio: Spread };
}

/** What was measured. */
export interface ClusterResult extends Readonly<Record<Kind, ClusterTraffic>> {
  /** What the store was. */
  readonly store: string;
  readonly idle: IdleGrowth;
}

/** Two nodes with Redis and MongoDB between them, beside two of bare Socket.IO with its own adapter, in turns; then idle sockets on one. */
export async function benchCluster(options: ClusterOptions, say: (line: string) => void): Promise<ClusterResult> {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-bench-'));
  const redis = await startRedis();
  const mongo = await startMongo();
  try {
    const settings = { STORE_URL: mongo.url, BUS_URL: redis.url };
    const start = (name: string, env: Record<string, string> = {}) =>
      startAnypath(join(folder, name), { ...settings, NODE_NAME: name, ...env });
    // What is between the nodes is measured, and not how fast the store finds out who knows whom.
    const node = (name: string) => start(name, { CONTACTS: 'everyone' });
    const rows = await measureTraffic(
      { node, reference: () => startChild(REFERENCE, [], { REDIS_URL: redis.url }) },
      options,
      say,
    );
    await using alone = await start('idle');
    const idle = await idleGrowth(alone, options.sockets, say);
    const { signals, frames, longFrames } = rows;
    return {
      store: mongo.kind,
      signals: comparedOf(signals),
      frames: comparedOf(frames),
      longFrames: comparedOf(longFrames),
      idle,
    };
  } finally {
    await mongo.stop();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Row = Readonly<Record<keyof Sides, Measured>>;
type Rows = Readonly<Record<Kind, Row[]>>;

interface Sides {
  readonly two: Side;
  readonly one: Side;
  readonly reference: Side;
}

interface Starts {
  readonly node: (name: string) => Promise<Child>;
  readonly reference: () => Promise<Child>;
}

async function measureTraffic(starts: Starts, options: ClusterOptions, say: (line: string) => void): Promise<Rows> {
  const { rounds, messages } = options;
  await using first = await starts.node('node1');
  await using second = await starts.node('node2');
  await using bare = await starts.reference();
  await using otherBare = await starts.reference();
  const sides: Sides = {
    two: await sideOf(first, second, namesFor('two')),
    one: await sideOf(first, first, namesFor('one')),
    reference: await sideOf(bare, otherBare, namesFor('bare')),
  };
  const rows: Rows = { signals: [], frames: [], longFrames: [] };
  // The first round warms all sides up.
  for (let round = 0; round <= rounds; round++) {
    for (const kind of KINDS) {
      const count = kind === 'longFrames' ? Math.ceil(messages / 8) : messages;
      const row = {
        reference: await measure(sides.reference, kind, count),
        two: await measure(sides.two, kind, count),
        one: await measure(sides.one, kind, count),
      };
      if (round === 0) continue;
      rows[kind].push(row);
      const rate = (side: keyof Sides) => row[side].rate.toFixed(0);
      say(
        `round ${round} of ${rounds}: ${rate('two')} ${kind} a second on two nodes, ${rate('one')} on one, beside ${rate('reference')}`,
      );
    }
  }
  for (const side of [sides.two, sides.one, sides.reference]) leave(side);
  return rows;
}

function comparedOf(rows: readonly Row[]): ClusterTraffic {
  const of = (side: keyof Sides, what: keyof Measured) => spreadOf(rows.map((row) => row[side][what]));
  const ratio = (what: keyof Measured) => spreadOf(rows.map(({ two, reference }) => two[what] / reference[what]));
  return {
    two: of('two', 'rate'),
    one: of('one', 'rate'),
    reference: of('reference', 'rate'),
    ratio: ratio('rate'),
    cpu: { two: of('two', 'cpu'), one: of('one', 'cpu'), reference: of('reference', 'cpu'), ratio: ratio('cpu') },
  };
}
