import { execFileSync } from 'node:child_process';
import { clientsOf } from '@anypath/lab/matrix/plan';
import { benchLink } from '../link/link.ts';
import { LinkLab, ROUND_TRIP_MS } from '../link/link-lab.ts';
import { bundleSizes } from './bundle-size.ts';
import { compareConnecting } from './connect.ts';
import { compareDelivery } from './deliver.ts';
import { type ComparePlan, QUICK } from './plan.ts';
import type { CompareResult } from './result.ts';
import { weighServers } from './servers.ts';
import { versions } from './versions.ts';

/** anypath side by side with what people use today: connect, survive, deliver, weigh. One thing after the other, so that none disturbs another. */
export async function compare(plan: ComparePlan, say: (line: string) => void): Promise<CompareResult> {
  const startedAt = new Date();
  say('What a page loads');
  const sizes = await bundleSizes(plan.subjects);
  say('What servers take');
  const servers = await weighServers(plan, say);
  const lab = await LinkLab.open(clientsOf(plan.pairs), plan.subjects);
  const { connect, deliver } = await inLab(lab, plan, say);
  say('Surviving what happens to networks');
  const { events } = await benchLink(
    {
      trials: plan.events.ours,
      others: plan.events.others,
      only: plan.events.names,
      subjects: plan.subjects,
      media: false,
      giveUpMs: plan.giveUpMs,
    },
    say,
  );
  return {
    startedAt: startedAt.toISOString(),
    revision: revision(),
    isQuick: plan === QUICK,
    versions: versions(),
    roundTripMs: ROUND_TRIP_MS,
    giveUpMs: plan.giveUpMs,
    tookSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    connect,
    events,
    deliver,
    sizes,
    servers,
  };
}

async function inLab(lab: LinkLab, plan: ComparePlan, say: (line: string) => void) {
  await using open = lab;
  say('Connecting');
  const connect = await compareConnecting(open, plan, say);
  say('Delivering');
  return { connect, deliver: await compareDelivery(open, plan, say) };
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
