import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { clientNames, type Pair } from './plan.ts';
import { repeat } from './repeat.ts';
import { isClean, type PairRow, pairRow } from './report.ts';
import { runJobs } from './schedule.ts';
import { runTrial, type TrialOptions } from './trial.ts';

/** How many pairs talk at the same time: more would measure the machine and not the network. */
const PAIRS_AT_ONCE = 3;

/** How the matrix is run. */
export interface MatrixOptions {
  readonly trials: number;
  /** How each is run, where it is not as usual. */
  readonly trial?: TrialOptions;
  /** Folder for what a person needs who looks into a failure. */
  readonly failures: string;
  /** Told after each pair. */
  readonly say: (line: string) => void;
}

/** Lets every pair talk, some at a time, and tells what became of it. */
export async function runMatrix(lab: Lab, pairs: readonly Pair[], options: MatrixOptions): Promise<PairRow[]> {
  let done = 0;
  const jobs = pairs.map((pair) => ({
    clients: Object.values(clientNames(pair)),
    run: async () => {
      const row = await runPair(lab, pair, options);
      options.say(`${++done}/${pairs.length} ${pair.a}:${pair.b} ${row.bestPath}${isClean(row) ? '' : ' FAULT'}`);
      return row;
    },
  }));
  return runJobs(jobs, PAIRS_AT_ONCE);
}

/** Runs the trials of one pair, one after the other. The first that is not clean is written down at once. */
export async function runPair(lab: Lab, pair: Pair, { trials, trial, failures }: MatrixOptions): Promise<PairRow> {
  const names = clientNames(pair);
  const [a, b] = [lab.station(names.a), lab.station(names.b)];
  const { results, errors } = await repeat(trials, () => runTrial(a.page, b.page, trial));
  const row = pairRow(pair, { a: a.page.tab.browserName, b: b.page.tab.browserName }, results, errors);
  if (!isClean(row)) await lab.describe(join(failures, `${names.a}-${names.b}`), results);
  return row;
}
