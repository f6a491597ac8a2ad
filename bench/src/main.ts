import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { benchCluster } from './cluster/cluster.ts';
import { say, wholeNumber } from './command-line.ts';
import { compare } from './compare/compare.ts';
import { COMPARED, type Compared, FULL, QUICK } from './compare/plan.ts';
import { type ReportFiles, rewriteReport, writeReport } from './compare/report.ts';
import { compareText } from './compare/table.ts';
import { benchIce } from './ice/ice.ts';
import { benchLink } from './link/link.ts';
import { linkTable } from './link/link-table.ts';
import { type LinkFlags, linkOptions, oneOf } from './link/options.ts';
import { PARTS } from './link/plan.ts';
import { LINK_SUBJECTS, SUBJECTS } from './link/subjects.ts';
import { machine } from './machine.ts';
import { benchMailbox } from './mailbox/mailbox.ts';
import { profile } from './profile/profile.ts';
import { profileTable } from './profile/profile-table.ts';
import { benchSeal } from './seal/seal.ts';
import { benchSignalling } from './signalling/signalling.ts';
import { clusterTable, iceTable, mailboxTable, sealTable, signallingTable } from './table.ts';

interface Json {
  readonly json?: string;
}

interface CompareFlags extends ReportFiles {
  readonly quick?: true;
  readonly only?: readonly Compared[];
  readonly rewrite?: true;
}

/** Prints a result, and writes it to a file where one was named. */
function show(name: string, result: object, table: string, { json }: Json): void {
  console.log(`\n${table}`);
  const text = JSON.stringify({ bench: name, machine: machine(), ...result }, undefined, 2);
  if (json !== undefined) writeFileSync(json, `${text}\n`);
}

const program = new Command('npm run bench --')
  .description('Measures anypath and its references side by side, in one run. Only ratios count.')
  .helpOption('-h, --help', 'show this help');

program
  .command('ice')
  .description(
    'GET /api/v1/rtc/ice, signed in, at 64 connections, beside a bare Fastify handler that returns the same bytes.',
  )
  .option('--rounds <number>', 'how often each is measured', wholeNumber, 7)
  .option('--seconds <number>', 'how long each time', wholeNumber, 4)
  .option('--requests <number>', 'requests over which memory is watched', wholeNumber, 1_000_000)
  .option('--json <file>', 'write the result to a file')
  .helpOption('-h, --help', 'show this help')
  .action(async ({ json, ...options }: Json & Parameters<typeof benchIce>[0]) => {
    const result = await benchIce(options, say);
    show('ice', result, iceTable(result), json === undefined ? {} : { json });
  });

program
  .command('signalling')
  .description('Acknowledged signals and idle sockets, beside a bare Socket.IO server.')
  .option('--rounds <number>', 'how often each is measured', wholeNumber, 7)
  .option('--signals <number>', 'signals each time', wholeNumber, 16_000)
  .option('--sockets <number>', 'idle sockets', wholeNumber, 10_000)
  .option('--json <file>', 'write the result to a file')
  .helpOption('-h, --help', 'show this help')
  .action(async ({ json, ...options }: Json & Parameters<typeof benchSignalling>[0]) => {
    const result = await benchSignalling(options, say);
    show('signalling', result, signallingTable(result), json === undefined ? {} : { json });
  });

program
  .command('seal')
  .description('Sealing and opening a message in an envelope and in a session, beside bare AES-GCM.')
  .option('--rounds <number>', 'how often each is measured', wholeNumber, 7)
  .option('--messages <number>', 'messages each time', wholeNumber, 1_000)
  .option('--bytes <number>', 'of a message', wholeNumber, 1_024)
  .option('--json <file>', 'write the result to a file')
  .helpOption('-h, --help', 'show this help')
  .action(async ({ json, ...options }: Json & Parameters<typeof benchSeal>[0]) => {
    const result = await benchSeal(options, say);
    show('seal', result, sealTable(result), json === undefined ? {} : { json });
  });

program
  .command('mailbox')
  .description('Messages synced to disk, by 64 senders at a time and one by one, beside bare SQLite and the bare disk.')
  .option('--rounds <number>', 'how often each is measured', wholeNumber, 7)
  .option('--messages <number>', 'messages each time', wholeNumber, 20_000)
  .option('--drained <number>', 'messages in the mailbox that is drained', wholeNumber, 100_000)
  .option('--json <file>', 'write the result to a file')
  .helpOption('-h, --help', 'show this help')
  .action(async ({ json, ...options }: Json & Parameters<typeof benchMailbox>[0]) => {
    const result = await benchMailbox(options, say);
    show('mailbox', result, mailboxTable(result), json === undefined ? {} : { json });
  });

program
  .command('cluster')
  .description(
    'Signals and live frames between clients on two nodes and on one, beside two of bare Socket.IO with its adapter for Redis; idle sockets on one node.',
  )
  .option('--rounds <number>', 'how often each is measured', wholeNumber, 7)
  .option('--messages <number>', 'signals, and frames, each time', wholeNumber, 5_000)
  .option('--sockets <number>', 'idle sockets', wholeNumber, 20_000)
  .option('--json <file>', 'write the result to a file')
  .helpOption('-h, --help', 'show this help')
  .action(async ({ json, ...options }: Json & Parameters<typeof benchCluster>[0]) => {
    const result = await benchCluster(options, say);
    show('cluster', result, clusterTable(result), json === undefined ? {} : { json });
  });

program
  .command('link')
  .description(
    'Connecting, and what happens to messages and media when networks change, beside a minimal page and PeerJS, in the lab.',
  )
  .option('--trials <number>', 'of anypath, for each event', wholeNumber, 30)
  .option('--others <number>', 'of each of the others', wholeNumber, 5)
  .option('--only <names>', `of ${PARTS.join(', ')}; without it, all but link-away and loss-30`, oneOf(PARTS))
  .option('--subject <names>', `of ${SUBJECTS.join(', ')}; without it, ${LINK_SUBJECTS.join(', ')}`, oneOf(SUBJECTS))
  .option('--quick', 'three trials of anypath and one of each of the others')
  .option('--no-media', 'leave the cameras off')
  .option('--traces', 'keep what anypath wrote down of each event, in the file')
  .option('--json <file>', 'write the result to a file')
  .helpOption('-h, --help', 'show this help')
  .action(async ({ json, ...flags }: Json & LinkFlags) => {
    const result = await benchLink(linkOptions(flags), say);
    show('link', result, linkTable(result), json === undefined ? {} : { json });
  });

program
  .command('profile')
  .description('Where the time of a connection goes, from home to home, as a waterfall from the trace of the SDK.')
  .option('--trials <number>', 'how often', wholeNumber, 10)
  .option('--json <file>', 'write the result to a file')
  .helpOption('-h, --help', 'show this help')
  .action(async ({ json, ...options }: Json & { trials: number }) => {
    const result = await profile(options, say);
    show('profile', result, profileTable(result), json === undefined ? {} : { json });
  });

program
  .command('compare', { isDefault: true })
  .description(
    'Everything beside PeerJS, simple-peer, Trystero, js-libp2p and a minimal page: connect, survive, deliver, weigh. What is run where no name is given.',
  )
  .option('--quick', 'a look at all of it, in under ten minutes')
  .option(
    '--only <names>',
    `of ${COMPARED.join(', ')}; the rest stays in the file, where it is of the same code`,
    oneOf(COMPARED),
  )
  .option('--json <file>', 'write the result to a file')
  .option('--html <file>', 'write it as a page to a file')
  .option('--rewrite', 'measure nothing: write the tables and the page anew, from the numbers in the file')
  .helpOption('-h, --help', 'show this help')
  .action(async ({ quick, only, rewrite, ...files }: CompareFlags) => {
    if (rewrite) return void (await rewriteReport(files));
    const plan = quick ? QUICK : FULL;
    const found = await compare({ ...plan, ...(only && { parts: only }) }, quick ?? false, say);
    const report = await writeReport({ bench: 'compare', machine: machine(), ...found }, files);
    console.log(`\n${compareText(report)}`);
  });

await program.parseAsync();
