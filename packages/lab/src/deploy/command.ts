import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { type DeployRounds, isGood, runDeployment } from './rounds.ts';

interface Options {
  readonly json?: string;
  readonly failures: string;
}

/** `npm run lab -- deploy`: the deployed configuration, used from hard networks and attacked. */
export const deployCommand = (): Command =>
  new Command('deploy')
    .description('Connect through the deployed configuration on port 443 alone, and attack its TURN server.')
    .option('--json <file>', 'write { paths: [{ class, port, path, ok }], attack: { shipped, lax } } there')
    .option('--failures <folder>', 'where to write what is needed to look into a failure', 'test-results/lab')
    .helpOption('-h, --help', 'show this help')
    .action(run);

async function run({ json, failures }: Options): Promise<void> {
  const say = (line: string) => console.log(line);
  const startedMs = performance.now();
  const found = await runDeployment(failures, say);
  const { paths, attack, attacked } = found;
  for (const row of paths) say(`${row.class} by port ${row.port}: ${row.path}${row.ok ? '' : ' FAULT'}`);
  for (const name of attacked.shipped.through) say(`shipped, got through: ${name}`);
  for (const name of attacked.shipped.unknown) say(`shipped, unknown: ${name}`);
  for (const name of attacked.lax.withstood) say(`lax, not found: ${name}`);
  say(`${Math.round((performance.now() - startedMs) / 1000)} s`);
  const rounds: DeployRounds = { paths, attack };
  if (json) writeFileSync(json, `${JSON.stringify(rounds, null, 2)}\n`);
  process.exitCode = isGood(found) ? 0 : 1;
}
