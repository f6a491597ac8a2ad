import { writeFileSync } from 'node:fs';
import { say, wholeNumber } from '@anypath/bench/command-line';
import { Command } from 'commander';
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

const isClean = ({ lost, repeated, reordered, left }: MailboxReport): boolean =>
  lost + repeated + reordered + left === 0;

// What was started ends with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

await program.parseAsync();
