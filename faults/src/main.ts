import { writeFileSync } from 'node:fs';
import { say, wholeNumber } from '@anypath/bench/command-line';
import { Command, InvalidArgumentError } from 'commander';
import { breakCluster, type ClusterFaults, isHarmless } from './cluster/cluster.ts';
import { FAULT_NAMES, type FaultName } from './cluster/faults.ts';
import { breakMailbox, type MailboxFaults, type MailboxReport } from './mailbox/mailbox.ts';

const COMPLAINTS_SHOWN = 20;

const program = new Command('npm run faults --')
  .description('Breaks what anypath runs on while it is in use, and counts what was lost, repeated and reordered.')
  .helpOption('-h, --help', 'show this help');

program
  .command('mailbox')
  .description('The server is killed (SIGKILL) while clients send to mailboxes, and come and go themselves.')
  .option('--kills <number>', 'how often the server is killed', wholeNumber, 50)
  .option('--senders <number>', 'clients that send', wholeNumber, 20)
  .option('--recipients <number>', 'clients that receive', wholeNumber, 3)
  .option('--seed <number>', 'of the plan', wholeNumber, 1)
  .option('--json <file>', 'write the result to a file')
  .helpOption('-h, --help', 'show this help')
  .action(async ({ json, ...options }: MailboxFaults & { readonly json?: string }) => {
    const report = await breakMailbox(options, say);
    const { complaints, ...counts } = report;
    for (const complaint of complaints.slice(0, COMPLAINTS_SHOWN)) say(complaint);
    say(`\n${JSON.stringify(counts, undefined, 2)}`);
    if (json !== undefined) writeFileSync(json, `${JSON.stringify({ fault: 'mailbox', ...counts }, undefined, 2)}\n`);
    process.exitCode = isClean(report) ? 0 : 1;
  });

program
  .command('cluster')
  .description(
    'Several nodes behind the front, with Redis and MongoDB; each is killed, frozen, cut off or started again while clients talk all the while.',
  )
  .option('--nodes <number>', 'nodes, from 2 to 4', nodes, 2)
  .option('--clients <number>', 'clients that talk, from 3 on', wholeNumber, 20)
  .option('--only <names>', `faults, of ${FAULT_NAMES.join(', ')}`, faultNames, FAULT_NAMES)
  .option('--seed <number>', 'of the plan', wholeNumber, 1)
  .option('--json <file>', 'write the result to a file')
  .helpOption('-h, --help', 'show this help')
  .addHelpText(
    'after',
    '\nIt ends with 1 where something was lost, repeated or reordered, or somebody was not served again within 5 s.',
  )
  .action(async ({ json, ...options }: ClusterFaults & { readonly json?: string }) => {
    const reports = await breakCluster(options, say, (report, complaints) => {
      for (const complaint of complaints.slice(0, COMPLAINTS_SHOWN)) say(complaint);
      say(JSON.stringify(report));
    });
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(reports, undefined, 2)}\n`);
    process.exitCode = reports.every(isHarmless) ? 0 : 1;
  });

function nodes(text: string): number {
  if (/^[2-4]$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is 2, 3 or 4.');
}

/** @throws InvalidArgumentError for a name that there is not */
function faultNames(text: string): FaultName[] {
  const given = text.split(',').map((name) => name.trim());
  const unknown = given.find((name) => !FAULT_NAMES.some((known) => known === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`${unknown} is not one of ${FAULT_NAMES.join(', ')}.`);
  return FAULT_NAMES.filter((name) => given.includes(name));
}

const isClean = ({ lost, repeated, reordered, left }: MailboxReport): boolean =>
  lost + repeated + reordered + left === 0;

// What was started ends with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

await program.parseAsync();
