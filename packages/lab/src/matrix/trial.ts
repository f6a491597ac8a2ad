import { setTimeout as delay } from 'node:timers/promises';
import type { Path } from '@anypath/client';
import type { Account, LabPage } from '../browser/lab-page.ts';

/** How a trial is run. */
export interface TrialOptions {
  /** Pause between two messages, each way. */
  readonly everyMs: number;
  /** How long both talk. */
  readonly durationMs: number;
  /** How long the last messages may take to arrive. */
  readonly settleMs: number;
}

export const TRIAL: TrialOptions = { everyMs: 20, durationMs: 5_000, settleMs: 30_000 };

/** What became of the messages of a trial, both ways together. */
export interface Counts {
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly repeated: number;
  readonly reordered: number;
}

/** One conversation of two clients, from the opening of its link to its end. */
export interface Trial extends Counts {
  /** The path that carried the caller's first message. */
  readonly firstPath: Path;
  /** The best path that messages took. */
  readonly bestPath: Path;
  /** The path at the end of the talk. */
  readonly lastPath: Path;
  /** From `send` until the other application had it. */
  readonly msToFirst: number | undefined;
  /** From the first `send` until the best path was there. */
  readonly msToBest: number | undefined;
  /** The candidates that carry the data channel at the end, as the caller sees them. */
  readonly pair: string | undefined;
  /** What the SDK on each side did, and which of its messages are missing on the other. */
  readonly trace: { readonly caller: Trace; readonly callee: Trace };
}

/** For people who look into a failure. Milliseconds count from the first message. */
export interface Trace {
  readonly paths: readonly { readonly path: Path; readonly ms: number }[];
  readonly acknowledged: number;
  readonly missing: readonly number[];
}

/** The caller opens the link and both sides talk for a while; then everything that was sent is accounted for. */
export async function runTrial(caller: LabPage, callee: LabPage, options: TrialOptions = TRIAL): Promise<Trial> {
  await Promise.all([caller.waitForPeer(callee.wallet), callee.waitForPeer(caller.wallet)]);
  await caller.call(callee.wallet, options.everyMs);
  await delay(options.durationMs);
  const trial = trialOf(...(await settle(caller, callee, options)));
  await Promise.all([caller.hangUp(callee.wallet), callee.hangUp(caller.wallet)]);
  return trial;
}

/**
 * Stops the talk and waits for what is on its way. The link stays open.
 *
 * @returns the accounts of the caller and of the other side
 */
export async function settle(
  caller: LabPage,
  callee: LabPage,
  { settleMs }: TrialOptions,
): Promise<[caller: Account, callee: Account]> {
  await Promise.all([caller.hush(callee.wallet), callee.hush(caller.wallet)]);
  await Promise.all([caller.waitForReceipts(callee.wallet, settleMs), callee.waitForReceipts(caller.wallet, settleMs)]);
  return Promise.all([caller.account(callee.wallet), callee.account(caller.wallet)]);
}

/** @param ours the caller's account @param theirs the other side's */
export function trialOf(ours: Account, theirs: Account): Trial {
  const [forth, back] = [countsOf(ours, theirs), countsOf(theirs, ours)];
  const startMs = ours.sentAtMs[0] ?? 0;
  const [first] = theirs.seen;
  const bestPath = best([...ours.paths, ...theirs.paths].map(({ path }) => path));
  const reached = ours.paths.find(({ path }) => path === bestPath);
  return {
    sent: forth.sent + back.sent,
    delivered: forth.delivered + back.delivered,
    lost: forth.lost + back.lost,
    repeated: forth.repeated + back.repeated,
    reordered: forth.reordered + back.reordered,
    firstPath: first?.path ?? 'none',
    bestPath,
    lastPath: ours.paths.at(-1)?.path ?? 'none',
    msToFirst: first && first.atMs - startMs,
    msToBest: bestPath === 'relay' ? first && first.atMs - startMs : reached && reached.atMs - startMs,
    pair: ours.pair,
    trace: { caller: traceOf(ours, theirs, startMs), callee: traceOf(theirs, ours, startMs) },
  };
}

function traceOf(sender: Account, receiver: Account, startMs: number): Trace {
  const arrived = new Set(receiver.seen.map(({ number }) => number));
  return {
    paths: sender.paths.map(({ path, atMs }) => ({ path, ms: Math.round(atMs - startMs) })),
    acknowledged: sender.delivered,
    missing: sender.sentAtMs.flatMap((_, number) => (arrived.has(number) ? [] : [number])),
  };
}

/** What of one side's messages reached the other. Messages are numbered from 0, without gaps. */
export function countsOf(
  sender: Pick<Account, 'sent'>,
  receiver: { readonly seen: readonly { readonly number: number }[] },
): Counts {
  const numbers = receiver.seen.map(({ number }) => number);
  const delivered = new Set(numbers).size;
  let highest = -1;
  let reordered = 0;
  for (const number of numbers) {
    if (number < highest) reordered++;
    highest = Math.max(highest, number);
  }
  return {
    sent: sender.sent,
    delivered,
    lost: sender.sent - delivered,
    repeated: numbers.length - delivered,
    reordered,
  };
}

const ORDER: readonly Path[] = ['none', 'relay', 'turn', 'direct'];

const best = (paths: readonly Path[]): Path =>
  paths.reduce((so, path) => (ORDER.indexOf(path) > ORDER.indexOf(so) ? path : so), 'none');
