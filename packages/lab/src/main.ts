import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { htmlReport } from './matrix/html.ts';
import { Lab } from './matrix/lab.ts';
import { runMatrix } from './matrix/matrix.ts';
import { allPairs, CLASSES, clientsOf, type Pair, parsePairs } from './matrix/plan.ts';
import { isClean, type LabReport } from './matrix/report.ts';
import { textReport } from './matrix/table.ts';

interface Options {
  readonly pairs?: Pair[];
  readonly trials: number;
  readonly json?: string;
  readonly html?: string;
  readonly failures: string;
}

await new Command('npm run lab --')
  .description(
    'Lets real browsers talk across real NATs, firewalls and proxies, and prints which networks reach which.',
  )
  .option('--pairs <list>', 'pairs of classes, such as home:mobile,ultra:ultra; all where it is left out', pairsOption)
  .option('--trials <number>', 'conversations for each pair', positive, 1)
  .option('--json <file>', 'write the numbers there')
  .option('--html <file>', 'write a page with the coloured matrix there')
  .option('--failures <folder>', 'where to write what is needed to look into a failure', 'test-results/lab')
  .helpOption('-h, --help', 'show this help')
  .addHelpText('after', `\nClasses: ${CLASSES.join(', ')}.\nNeeds Linux and root. Ctrl-C leaves nothing behind.`)
  .action(run)
  .parseAsync();

async function run(options: Options): Promise<void> {
  const pairs = options.pairs ?? allPairs();
  const startedMs = performance.now();
  const say = (line: string) => console.log(line);
  let report: LabReport;
  {
    await using lab = await Lab.open(clientsOf(pairs), say);
    report = { pairs: await runMatrix(lab, pairs, { ...options, say }), events: [] };
  }
  const tookSeconds = Math.round((performance.now() - startedMs) / 1000);
  say(`\n${textReport(report)}\n${tookSeconds} s`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.html) writeFileSync(options.html, htmlReport(report, factsOf(options, tookSeconds)));
  process.exitCode = [...report.pairs, ...report.events].every(isClean) ? 0 : 1;
}

function factsOf({ trials }: Options, tookSeconds: number): string[] {
  const each = `${trials} ${trials === 1 ? 'trial' : 'trials'} a pair`;
  const day = new Date().toISOString().slice(0, 10);
  return [day, each, `Node ${process.versions.node}`, `${cpus().length} cores`, `${tookSeconds} s`];
}

function pairsOption(text: string): Pair[] {
  try {
    return parsePairs(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It is a whole number from 1 on.');
  return number;
}
