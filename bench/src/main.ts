import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { benchIce } from './ice/ice.ts';
import { machine } from './machine.ts';
import { tableOf } from './table.ts';

const wholeNumber = (text: string): number => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1 on.');
};

interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly requests: number;
  readonly json?: string;
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
  .action(async ({ json, ...options }: Options) => {
    const result = { bench: 'ice', machine: machine(), ...(await benchIce(options, (line) => console.log(line))) };
    console.log(`\n${tableOf(result)}`);
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
  });

await program.parseAsync();
