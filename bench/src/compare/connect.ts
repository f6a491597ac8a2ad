import { clientNames, type Pair } from '@anypath/lab/matrix/plan';
import { type ConnectTrial, runConnectTrial } from '../link/connect-trial.ts';
import { messageOf } from '../link/event-trial.ts';
import type { LinkLab } from '../link/link-lab.ts';
import { pairName } from '../link/plan.ts';
import type { SubjectName } from '../link/subjects.ts';
import { spreadOf } from '../spread.ts';
import { inTime } from './in-time.ts';
import { type ComparePlan, hasDirectPath } from './plan.ts';
import type { ConnectCell } from './result.ts';

/** So long the pages of a trial may take beside what is measured. */
const PAGES_MS = 12_000;

interface Found {
  readonly trials: ConnectTrial[];
  readonly errors: string[];
}

/** Has each subject connect on each pair of networks, in turns. */
export async function compareConnecting(lab: LinkLab, plan: ComparePlan, say: Say): Promise<ConnectCell[]> {
  const cells: ConnectCell[] = [];
  for (const pair of plan.pairs) {
    const found = new Map(plan.subjects.map((name): [SubjectName, Found] => [name, { trials: [], errors: [] }]));
    for (let trial = 1; trial <= plan.trials; trial++) {
      for (const [name, mine] of found) {
        if (isHopeless(mine, plan)) continue;
        const told = await tryPair(lab, plan, { pair, name, mine });
        say(`${pairName(pair)} ${trial}/${plan.trials}, ${name}: ${told}`);
      }
    }
    for (const [name, { trials, errors }] of found) cells.push(connectCell(pair, name, trials, errors));
  }
  return cells;
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
  trials: readonly ConnectTrial[],
  errors: readonly string[],
): ConnectCell {
  const known = (field: keyof ConnectTrial) => trials.map((trial) => trial[field]).filter((value) => value !== null);
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
