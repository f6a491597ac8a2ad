import { execFileSync } from 'node:child_process';
import { clientsOf } from '@anypath/lab/matrix/plan';
import { benchLink } from '../link/link.ts';
import { LinkLab, ROUND_TRIP_MS } from '../link/link-lab.ts';
import { bundleSizes } from './bundle-size.ts';
import { compareConnecting } from './connect.ts';
import { compareDelivery } from './deliver.ts';
import type { Compared, ComparePlan } from './plan.ts';
import type { CompareResult } from './result.ts';
import { weighServers } from './servers.ts';
import { versions } from './versions.ts';

type Say = (line: string) => void;

/** anypath side by side with what people use today: connect, survive, deliver, weigh. One thing after the other, so that none disturbs another. */
export async function compare(plan: ComparePlan, isQuick: boolean, say: Say): Promise<CompareResult> {
  const startedAt = new Date();
  const has = (part: Compared) => plan.parts.includes(part);
  const { sizes, servers } = has('weigh') ? await weigh(plan, say) : { sizes: [], servers: [] };
  const { connect, profile, deliver } =
    has('connect') || has('deliver') ? await meet(plan, say) : { connect: [], profile: [], deliver: [] };
  const { events } = has('survive') ? await survive(plan, say) : { events: [] };
  return {
    startedAt: startedAt.toISOString(),
    revision: revision(),
    isQuick,
    parts: plan.parts,
    subjects: plan.subjects,
    versions: versions(),
    roundTripMs: ROUND_TRIP_MS,
    giveUpMs: plan.giveUpMs,
    tookSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    connect,
    profile,
    events,
    deliver,
    sizes,
    servers,
  };
}

async function weigh(plan: ComparePlan, say: Say) {
  say('What a page loads');
  const sizes = await bundleSizes(plan.subjects);
  say('What servers take');
  return { sizes, servers: await weighServers(plan, say) };
}

async function meet(plan: ComparePlan, say: Say) {
  await using lab = await LinkLab.open(clientsOf(plan.pairs), plan.subjects);
  if (plan.parts.includes('connect')) say('Connecting');
  const found = plan.parts.includes('connect') ? await compareConnecting(lab, plan, say) : { connect: [], profile: [] };
  if (plan.parts.includes('deliver')) say('Delivering');
  return { ...found, deliver: plan.parts.includes('deliver') ? await compareDelivery(lab, plan, say) : [] };
}

function survive({ subjects, events: { names, ours, others }, giveUpMs }: ComparePlan, say: Say) {
  say('Surviving what happens to networks');
  return benchLink({ trials: ours, others, only: names, subjects, media: false, giveUpMs }, say);
}

/** The commit of the working tree; with a `+` where it was changed. */
function revision(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short=12', 'HEAD')}${isChanged ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
