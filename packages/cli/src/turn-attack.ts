import {
  ArgumentError,
  type AttackReport,
  type AttackRow,
  type AttackTarget,
  attack,
  attackExitStatus,
  attackLine,
  attackTarget,
  attackText,
  attackWords,
  type DoctorLanguage,
  doctorWords,
  reasonOf,
  type TurnAccess,
} from '@anypath/doctor';
import { Command } from 'commander';
import {
  countOf,
  endWithUsage,
  languageOfSystem,
  languageOption,
  orRefused,
  portOf,
  portsOf,
  written,
} from './arguments.ts';
import { isColoured, paint, progressLine } from './terminal.ts';

const NAME = 'anypath turn attack';
/** It could not be tried at all. */
const USELESS = 2;

interface AttackOptions {
  readonly secret?: string;
  readonly username?: string;
  readonly password?: string;
  readonly port: number;
  readonly tlsPorts: readonly number[];
  readonly allocations: number;
  readonly json?: true;
  readonly lang?: DoctorLanguage;
}

/** `anypath turn attack`: whether a TURN server can be abused. */
export const turnAttackCommand = (): Command =>
  new Command('attack')
    .description('Try on your own TURN server what an attacker would, and fail on anything that gets through.')
    .argument('<host>', 'its name or address, such as turn.example.com')
    .option('--secret <text>', 'its static-auth-secret; TURN_SECRET of the environment where it is left out')
    .option('--username <name>', 'its user name, where it has no secret')
    .option('--password <text>', 'its password; TURN_PASSWORD of the environment where it is left out')
    .option('--port <number>', 'UDP and TCP', portOf, 3478)
    .option('--tls-ports <list>', 'TURN over TLS', portsOf, [443, 5349])
    .option('--allocations <number>', 'at a time, more than one user should have', countOf, 256)
    .option('--json', 'the whole report as JSON')
    .addOption(languageOption())
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', HELP)
    .exitOverride(endWithUsage)
    .action(run);

const HELP = `
Nothing is sent to third parties: the server is asked whether it would. Attack no server that is not yours.
It ends with 0 where everything was refused, 1 where something got through, 2 where something could not be found out, 64 for bad
arguments.

Examples:
  anypath turn attack turn.example.com --secret "$TURN_SECRET"
  anypath turn attack 203.0.113.7 --username anna --password "$TURN_PASSWORD" --json`;

async function run(host: string, options: AttackOptions): Promise<void> {
  const target = orRefused(NAME, () => targetOf(host, options));
  const language = options.lang ?? languageOfSystem();
  const line = progressLine();
  let ended = 0;
  const progress = (row: AttackRow) => {
    ended += 1;
    line.show(`${ended} · ${attackLine(row, language)}`);
  };
  try {
    const report = await attack(target, progress);
    line.clear();
    await written(rendered(report, options, language));
    // A look-up of a name that nobody answers would hold the process for as long as the system lets it.
    process.exit(attackExitStatus(report));
  } catch (error) {
    line.clear();
    console.error(`${NAME}: ${attackWords(language).useless(host, doctorWords(language).reasons[reasonOf(error)])}`);
    process.exit(USELESS);
  }
}

function targetOf(host: string, options: AttackOptions): AttackTarget {
  const { port, tlsPorts, allocations } = options;
  return attackTarget({ host, port, tlsPorts, allocations, access: accessOf(options) });
}

function accessOf({ secret = process.env['TURN_SECRET'], username, password }: AttackOptions): TurnAccess {
  if (username !== undefined) {
    return { by: 'password', username, password: password ?? process.env['TURN_PASSWORD'] ?? '' };
  }
  if (secret === undefined) throw new ArgumentError('HOST: it needs --secret, or --username and --password.');
  return { by: 'secret', secret };
}

function rendered(report: AttackReport, { json }: AttackOptions, language: DoctorLanguage): string {
  if (json) return `${JSON.stringify(report, undefined, 2)}\n`;
  return attackText(report, { language, ...(isColoured(process.stdout) ? { paint } : {}) });
}
