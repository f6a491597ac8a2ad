import { clientNames, type Pair } from '@anypath/lab/matrix/plan';
import { type ConnectTimes, type ConnectTrial, runConnectTrial } from '../link/connect-trial.ts';
import { messageOf } from '../link/event-trial.ts';
import type { LinkLab } from '../link/link-lab.ts';
import { pairName } from '../link/plan.ts';
import type { SubjectName } from '../link/subjects.ts';
import { type ProfileRow, profileRows } from '../profile/rows.ts';
import { spreadOf } from '../spread.ts';
import { inTime } from './in-time.ts';
import { type ComparePlan, hasDirectPath, trialsOf } from './plan.ts';
import type { ConnectCell } from './result.ts';

/** So long the pages of a trial may take beside what is measured. */
const PAGES_MS = 12_000;

interface Found {
  readonly trials: ConnectTrial[];
  readonly errors: string[];
}

/** What connecting came to, and where the time of ours went. */
export interface Connecting {
  readonly connect: readonly ConnectCell[];
  readonly profile: readonly ProfileRow[];
}

/** Has each subject connect on each pair of networks, in turns. */
export async function compareConnecting(lab: LinkLab, plan: ComparePlan, say: Say): Promise<Connecting> {
  const connect: ConnectCell[] = [];
  const profiled: ConnectTrial[] = [];
  for (const pair of plan.pairs) {
    const found = new Map(plan.subjects.map((name): [SubjectName, Found] => [name, { trials: [], errors: [] }]));
    const trials = trialsOf(plan, pair);
    for (let trial = 1; trial <= trials; trial++) {
      for (const [name, mine] of found) {
        if (isHopeless(mine, plan)) continue;
        const told = await tryPair(lab, plan, { pair, name, mine });
        say(`${pairName(pair)} ${trial}/${trials}, ${name}: ${told}`);
      }
    }
    for (const [name, { trials, errors }] of found) {
      connect.push(connectCell(pair, name, trials, errors));
      profiled.push(...trials);
    }
  }
  return { connect, profile: profileRows(profiled.flatMap(({ stages }) => (stages ? [stages] : []))) };
}

type Say = (line: string) => void;

const isHopeless = ({ trials }: Found, { hopeless }: ComparePlan): boolean =>
  trials.length >= hopeless && trials.every(({ firstMs }) => firstMs === null);

/** @returns how it went, in words */
async function tryPair(
  lab: LinkLab,
  { giveUpMs }: ComparePlan,
  { pair, name, mine }: { readonly pair: Pair; readonly name: SubjectName; readonly mine: Found },
): Promise<string> {
  const names = clientNames(pair);
  const stations = { a: lab.station(names.a), b: lab.station(names.b) };
  try {
    const run = runConnectTrial(lab, name, stations, giveUpMs, hasDirectPath(pair));
    const trial = await inTime(run, giveUpMs + PAGES_MS, 'the trial');
    mine.trials.push(trial);
    return `first message ${told(trial.firstMs)}, direct path ${told(trial.directMs)}`;
  } catch (cause) {
    mine.trials.push({ firstMs: null, directMs: null });
    mine.errors.push(messageOf(cause));
    return messageOf(cause);
  }
}

/** Puts the trials of one subject on one pair of networks together. */
export function connectCell(
  pair: Pair,
  subject: SubjectName,
  trials: readonly ConnectTimes[],
  errors: readonly string[],
): ConnectCell {
  const known = (field: keyof ConnectTimes) => trials.map((trial) => trial[field]).filter((value) => value !== null);
  const spread = (values: readonly number[]) => (values.length === 0 ? null : spreadOf(values));
  return {
    pair: pairName(pair),
    subject,
    trials: trials.length,
    connected: known('firstMs').length,
    firstMs: spread(known('firstMs')),
    directMs: spread(known('directMs')),
    errors,
  };
}

const told = (value: number | null): string => (value === null ? 'none' : `${Math.round(value)} ms`);
