import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { CLASSES, type ClassName } from '../matrix/plan.ts';
import { FAULTS } from './faults.ts';
import { runRounds } from './rounds.ts';

interface Options {
  readonly json?: string;
  readonly reports?: string;
  readonly only?: string;
}

/** `npm run lab -- doctor`: the doctor in every network, and at every broken server. */
export const doctorCommand = (): Command =>
  new Command('doctor')
    .description('Run the doctor inside every class of network and against every broken server.')
    .option('--json <file>', 'write { classes: [{ class, said, ok }], faults: [{ fault, said, ok }] } there')
    .option('--reports <folder>', 'write every report of the doctor there')
    .option('--only <text>', 'only classes and faults whose name contains it')
    .helpOption('-h, --help', 'show this help')
    .action(run);

async function run({ json, reports, only = '' }: Options): Promise<void> {
  const say = (line: string) => console.log(line);
  if (reports) mkdirSync(reports, { recursive: true });
  const startedMs = performance.now();
  const rounds = await runRounds({
    classes: CLASSES.filter((name): name is ClassName => name.includes(only)),
    faults: FAULTS.map(({ name }) => name).filter((name) => name.includes(only)),
    say,
    keep: (name, { report }) => {
      if (reports)
        writeFileSync(join(reports, `${name.replaceAll(' ', '-')}.json`), `${JSON.stringify(report, null, 2)}\n`);
    },
  });
  const good = (rows: readonly { readonly ok: boolean }[]) => `${rows.filter(({ ok }) => ok).length} of ${rows.length}`;
  const tookSeconds = Math.round((performance.now() - startedMs) / 1000);
  say(`\nclasses named rightly: ${good(rounds.classes)}; causes named: ${good(rounds.faults)}; ${tookSeconds} s`);
  if (json) writeFileSync(json, `${JSON.stringify(rounds, null, 2)}\n`);
  process.exitCode = [...rounds.classes, ...rounds.faults].every(({ ok }) => ok) ? 0 : 1;
}
