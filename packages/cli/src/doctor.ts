import { styleText } from 'node:util';
import {
  ArgumentError,
  type DoctorLanguage,
  doctorWords,
  EXIT_STATUS,
  examine,
  inWords,
  isFor,
  junitOf,
  type NamedProxy,
  proxyFromEnvironment,
  redacted,
  referenceUri,
  type SystemProxy,
  serverTarget,
  systemProxy,
  type Target,
  type Tone,
  textOf,
  turnTarget,
} from '@anypath/doctor';
import type { CheckRow, DoctorReport } from '@anypath/protocol';
import { Command } from 'commander';
import { collected, endWithUsage, languageOfSystem, languageOption, orRefused, refuse, written } from './arguments.ts';

const NAME = 'anypath doctor';

interface DoctorOptions {
  readonly turn?: readonly string[];
  readonly secret?: string;
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
  readonly server?: true;
  readonly throughput?: true;
  readonly reference?: readonly string[];
  readonly json?: true;
  readonly junit?: true;
  readonly share?: true;
  readonly lang?: DoctorLanguage;
}

/** `anypath doctor`: why a network fails, in words. */
export const doctorCommand = (): Command =>
  new Command('doctor')
    .description('Find out what this network lets through, why something fails, and what to do about it.')
    .argument('[url]', 'where the server is, such as https://rtc.example.com')
    .option(
      '--turn <uri>',
      'look at a TURN server alone, such as turn:turn.example.com:3478; may be repeated',
      collected,
    )
    .option('--secret <text>', 'its static-auth-secret; TURN_SECRET of the environment where it is left out')
    .option('--username <name>', 'its user name, where it has no secret')
    .option('--password <text>', 'its password; TURN_PASSWORD of the environment where it is left out')
    .option('--token <text>', 'a Bearer token for the server; ANYPATH_TOKEN of the environment where it is left out')
    .option('--server', 'also check what concerns an operator: whether private addresses are denied')
    .option('--throughput', 'also measure what TURN carries, two seconds an address')
    .option(
      '--reference <uri>',
      'a STUN server elsewhere, to tell whose firewall blocks UDP; may be repeated',
      collected,
    )
    .option('--json', 'the whole report as JSON')
    .option('--junit', 'the report as JUnit XML')
    .option('--share', 'without addresses and names, safe to paste')
    .addOption(languageOption())
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', HELP)
    .exitOverride(endWithUsage)
    .action(run);

const HELP = `
It ends with 0 where all is well, 1 where something fails but people can talk, 2 where nothing works, 64 for bad arguments.
HTTPS_PROXY, ALL_PROXY and NO_PROXY are used where they are set. NO_COLOR switches colours off.

Examples:
  anypath doctor https://rtc.example.com
  anypath doctor https://rtc.example.com --share > report.txt
  anypath doctor --turn turn:turn.example.com:3478 --secret "$TURN_SECRET" --server`;

async function run(url: string | undefined, options: DoctorOptions): Promise<void> {
  const target = orRefused(NAME, () => targetOf(url, options));
  const references = orRefused(NAME, () => (options.reference ?? []).map(referenceUri));
  if (options.json && options.junit) refuse(NAME, '--json and --junit: choose one.');
  const language = options.lang ?? languageOfSystem();
  const system = await systemProxy();
  const progress = progressOnTerminal(language);
  const report = await examine(target, {
    operator: options.server === true,
    throughput: options.throughput === true,
    references,
    proxyFor: (url) => proxyFor(url, system),
    progress: progress.show,
  });
  progress.clear();
  const shown = options.share ? redacted(report) : report;
  await written(rendered(shown, options, language));
  // A look-up of a name that nobody answers would hold the process for as long as the system lets it.
  process.exit(EXIT_STATUS[report.verdict.status]);
}

function targetOf(url: string | undefined, options: DoctorOptions): Target {
  const { turn, env } = { turn: options.turn, env: process.env };
  if (url !== undefined && turn !== undefined) throw new ArgumentError('URL and --turn: choose one.');
  if (turn === undefined) {
    if (url === undefined) throw new ArgumentError('URL: it is missing; write anypath doctor https://rtc.example.com.');
    return serverTarget(url, options.token ?? (env['ANYPATH_TOKEN'] || undefined));
  }
  if (options.username !== undefined) {
    const password = options.password ?? env['TURN_PASSWORD'] ?? '';
    return turnTarget(turn, { by: 'password', username: options.username, password });
  }
  const secret = options.secret ?? env['TURN_SECRET'];
  if (secret === undefined) throw new ArgumentError('--turn: it needs --secret, or --username and --password.');
  return turnTarget(turn, { by: 'secret', secret });
}

/** The environment wins over the settings of the system. */
function proxyFor(url: string, system: SystemProxy | undefined): NamedProxy | undefined {
  const named = proxyFromEnvironment(url);
  if (named !== undefined) return { url: named, source: 'environment' };
  return system && isFor(system, url) ? { url: system.url, source: 'system' } : undefined;
}

function rendered(report: DoctorReport, options: DoctorOptions, language: DoctorLanguage): string {
  if (options.junit) return junitOf(report, language);
  if (!options.json) return textOf(report, { language, ...(isColoured(process.stdout) ? { paint } : {}) });
  const words = report.verdict.findings.map((finding) => ({ code: finding.code, ...inWords(finding, language) }));
  return `${JSON.stringify({ ...report, words }, undefined, 2)}\n`;
}

const isColoured = ({ isTTY }: { isTTY?: boolean }): boolean => isTTY === true && !process.env['NO_COLOR'];

const COLOURS = { good: 'green', bad: 'red', doubt: 'yellow', heading: 'bold', faint: 'gray' } as const;
const paint = (tone: Tone, text: string): string => styleText(COLOURS[tone], text, { validateStream: false });

/** One line on a terminal that says what ended last; nothing elsewhere. */
function progressOnTerminal(language: DoctorLanguage) {
  const { stderr } = process;
  const words = doctorWords(language);
  let ended = 0;
  const clear = () => void (stderr.isTTY && stderr.write('\r\u001b[K'));
  const show = ({ check, subject }: CheckRow) => {
    ended += 1;
    if (!stderr.isTTY) return;
    const line = `${ended} · ${words.checks[check]} ${subject}`;
    stderr.write(`\r\u001b[K${line.slice(0, (stderr.columns || 80) - 1)}`);
  };
  return { show, clear };
}
