import { setTimeout as delay } from 'node:timers/promises';
import { clientsOf } from '@anypath/lab/matrix/plan';
import { LinkLab, ROUND_TRIP_MS } from '../link/link-lab.ts';
import type { Profile } from '../link/pages/subject.ts';
import { type Spread, spreadOf } from '../spread.ts';
import { STAGES, type StageName, stagesOf } from './stages.ts';

/** How much is measured. */
export interface ProfileOptions {
  readonly trials: number;
}

/** When a part of connecting began and ended, milliseconds from the opening of the link; before it where it is below zero. */
export interface ProfileRow {
  readonly stage: StageName;
  readonly fromMs: Spread;
  readonly toMs: Spread;
  readonly trials: number;
}

/** Where the time of a connection goes, from home to home. */
export interface ProfileResult {
  readonly roundTripMs: number;
  readonly rows: readonly ProfileRow[];
}

const ONLINE_MS = 1_000;
const GIVE_UP_MS = 20_000;
const POLL_MS = 200;

/** Connects two homes again and again, and reads the caller's trace of its link. */
export async function profile({ trials }: ProfileOptions, say: (line: string) => void): Promise<ProfileResult> {
  await using lab = await LinkLab.open(clientsOf([{ a: 'home', b: 'home' }]), ['anypath']);
  const found: ReturnType<typeof stagesOf>[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    const stages = stagesOf(await profileOnce(lab));
    found.push(stages);
    say(
      `${trial}/${trials}: ${stages.map(({ stage, fromMs, toMs }) => `${stage} ${Math.round(toMs - fromMs)}`).join(', ')} ms`,
    );
  }
  const rows = STAGES.flatMap((stage) => {
    const mine = found.flatMap((stages) => stages.filter((one) => one.stage === stage));
    if (mine.length === 0) return [];
    const spread = (field: 'fromMs' | 'toMs') => spreadOf(mine.map((one) => one[field]));
    return [{ stage, fromMs: spread('fromMs'), toMs: spread('toMs'), trials: mine.length }];
  });
  return { roundTripMs: ROUND_TRIP_MS, rows };
}

async function profileOnce(lab: LinkLab): Promise<Profile> {
  await using pages = await lab.converse('anypath', lab.station('home-1'), lab.station('home-2'));
  await delay(ONLINE_MS);
  await pages.a.talk();
  for (const untilMs = Date.now() + GIVE_UP_MS; ; await delay(POLL_MS)) {
    const account = await pages.a.account();
    if (account.ways.some(({ way }) => way === 'direct')) return pages.a.profile();
    if (Date.now() > untilMs) throw new Error(`no direct path within ${GIVE_UP_MS / 1000} s`);
  }
}
