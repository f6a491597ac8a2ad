import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { deployCommand } from './deploy/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { runEvents } from './matrix/event-run.ts';
import { EVENTS, type LabEvent, parseEvents } from './matrix/events.ts';
import { htmlReport } from './matrix/html.ts';
import { Lab } from './matrix/lab.ts';
import { runMatrix } from './matrix/matrix.ts';
import { allPairs, CLASSES, clientsOf, FIREFOX_PAIRS, type Pair, parsePairs } from './matrix/plan.ts';
import { isClean, type LabReport } from './matrix/report.ts';
import { textReport } from './matrix/table.ts';

interface Options {
  readonly pairs?: Pair[];
  readonly events?: readonly LabEvent[];
  readonly trials: number;
  readonly json?: string;
  readonly html?: string;
  readonly failures: string;
}

async function run(options: Options): Promise<void> {
  const pairs = options.pairs ?? [...allPairs(), ...FIREFOX_PAIRS];
  const events = options.events ?? (options.pairs ? [] : EVENTS);
  const startedMs = performance.now();
  const say = (line: string) => console.log(line);
  let report: LabReport;
  {
    await using lab = await Lab.open(clientsOf([...pairs, ...events.map(({ pair }) => pair)]), say);
    const found = await runMatrix(lab, pairs, { ...options, say });
    report = { pairs: found, events: await runEvents(lab, events, { ...options, say }) };
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

function eventHelp(): string {
  return EVENTS.map(({ name, doc, pair }) => `  ${name.padEnd(22)} ${doc} (${pair.a}:${pair.b})`).join('\n');
}

const pairsOption = (text: string): Pair[] => orRefused(() => parsePairs(text));
const eventsOption = (text: string): readonly LabEvent[] => orRefused(() => parseEvents(text));

function orRefused<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It is a whole number from 1 on.');
  return number;
}

await new Command('npm run lab --')
  .description(
    'Lets real browsers talk across real NATs, firewalls and proxies, and prints which networks reach which.',
  )
  .option(
    '--pairs <list>',
    'pairs of classes, such as home:mobile,ultra@firefox:home; all where it is left out',
    pairsOption,
  )
  .option(
    '--events <list>',
    'events in mid-conversation, such as udp-cut,link-away, or all; none with --pairs',
    eventsOption,
  )
  .option('--trials <number>', 'conversations for each pair and event', positive, 1)
  .option('--json <file>', 'write the numbers there')
  .option('--html <file>', 'write a page with the coloured matrix there')
  .option('--failures <folder>', 'where to write what is needed to look into a failure', 'test-results/lab')
  .helpOption('-h, --help', 'show this help')
  // So that options after the name of a command are that command's.
  .enablePositionalOptions()
  .addCommand(doctorCommand())
  .addCommand(deployCommand())
  .addHelpText(
    'after',
    `\nClasses: ${CLASSES.join(', ')}.\n\nEvents:\n${eventHelp()}\n\nNeeds Linux and root. Ctrl-C leaves nothing behind.`,
  )
  .action(run)
  .parseAsync();
