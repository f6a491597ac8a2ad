import { setTimeout as delay } from 'node:timers/promises';
import { type Stage, stagesOf } from '../profile/stages.ts';
import type { LinkLab, Station } from './link-lab.ts';
import type { Account } from './pages/account.ts';
import type { PageName } from './subjects.ts';

/** Milliseconds from the opening of a conversation; `null`: given up, or there is no such thing. */
export interface ConnectTimes {
  /** Until the other application had the first message. */
  readonly firstMs: number | null;
  /** Until messages took the direct path. */
  readonly directMs: number | null;
}

/** A trial, with where its time went: of a subject that can tell, once it has the direct path. */
export type ConnectTrial = ConnectTimes & { readonly stages?: readonly Stage[] };

/** Both sides have been online for so long: nobody measures how a page starts. */
const ONLINE_MS = 1_000;
const POLL_MS = 200;

/**
 * Opens a conversation between two that are online, and sends at once.
 *
 * @param hasDirect whether this pair of networks has a direct path to wait for
 */
export async function runConnectTrial(
  lab: LinkLab,
  name: PageName,
  { a, b }: { readonly a: Station; readonly b: Station },
  giveUpMs: number,
  hasDirect = true,
): Promise<ConnectTrial> {
  await using pages = await lab.converse(name, a, b);
  await delay(ONLINE_MS);
  await pages.a.talk();
  for (const untilMs = Date.now() + giveUpMs; ; await delay(POLL_MS)) {
    const trial = connectTrialOf(await pages.a.account(), await pages.b.account());
    const isDone = trial.firstMs !== null && (trial.directMs !== null || name === 'bare-emit' || !hasDirect);
    if (!isDone && Date.now() < untilMs) continue;
    return name === 'anypath' && trial.directMs !== null
      ? { ...trial, stages: stagesOf(await pages.a.profile()) }
      : trial;
  }
}

/** @param ours the account of the side that opened the conversation @param theirs the other's */
export function connectTrialOf(ours: Account, theirs: Account): ConnectTimes {
  const since = (atMs: number | undefined) => (atMs === undefined ? null : atMs - (ours.openedAtMs ?? Number.NaN));
  return {
    firstMs: since(theirs.seen.find(({ number }) => number === 0)?.atMs),
    directMs: since(ours.ways.find(({ way }) => way === 'direct')?.atMs),
  };
}
