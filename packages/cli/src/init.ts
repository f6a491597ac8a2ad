import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DoctorLanguage } from '@anypath/doctor';
import { Command } from 'commander';
import { endWithUsage, languageOfSystem, languageOption } from './arguments.ts';
import type { Answers, Question } from './init/answers.ts';
import { askedAnswers, Cancelled, type GivenAnswers, givenAnswers, WrongAnswer } from './init/ask.ts';
import { addressesOf, SERVED_PORTS, surroundings, takenPorts } from './init/machine.ts';
import { type Placement, placementOf } from './init/placement.ts';
import { type Owner, plannedFiles } from './init/plan.ts';
import { makeSecrets, readSecrets } from './init/secrets.ts';
import { INIT_WORDS } from './init/words/languages.ts';
import type { InitWords } from './init/words/words.ts';
import { writeDeployment } from './init/write.ts';

/** `EX_USAGE` of sysexits.h: the command was used wrongly. */
const BAD_ARGUMENTS = 64;
/** What a shell reports for a program that Ctrl+C ended. */
const INTERRUPTED = 130;
/** Nobody's on Debian and its relatives; the containers run as it where root makes the files. */
const CONTAINER_OWNER: Owner = { uid: 10_001, gid: 10_001 };

interface InitOptions {
  readonly folder?: string;
  readonly domain?: string;
  readonly turnDomain?: string;
  readonly email?: string;
  readonly adminWallets?: string;
  readonly twilioAccountSid?: string;
  readonly twilioApiKey?: string;
  readonly twilioApiSecret?: string;
  readonly small?: true;
  readonly cluster?: true;
  readonly yes?: true;
  readonly force?: true;
  readonly newSecrets?: true;
  readonly skipDns?: true;
  readonly skipPorts?: true;
  readonly lang?: DoctorLanguage;
}

/** The option that answers each question. */
const OPTION_OF: Readonly<Record<Question, string>> = {
  domain: '--domain',
  turnDomain: '--turn-domain',
  email: '--email',
  adminWallets: '--admin-wallets',
  accountSid: '--twilio-account-sid',
  apiKey: '--twilio-api-key',
  apiSecret: '--twilio-api-secret',
};

/** `anypath init`: asks what a deployment needs to know, makes its secrets and writes its files. */
export const initCommand = (): Command =>
  new Command('init')
    .description('Prepare a deployment by docker compose: ask for names, make secrets, write the files, explain each.')
    .option('--domain <name>', 'name under which people find the server, such as rtc.example.com')
    .option('--turn-domain <name>', 'name of TURN on the same machine (turn. and the domain where it is left out)')
    .option('--email <address>', 'whom the authority of certificates tells about failed renewals')
    .option('--admin-wallets <list>', 'wallets that may see the operations page (ADMIN_WALLETS)')
    .option('--twilio-account-sid <sid>', "Twilio's TURN as well, for when this machine's fails (TWILIO_ACCOUNT_SID)")
    .option('--twilio-api-key <key>', 'its key (TWILIO_API_KEY)')
    .option('--twilio-api-secret <text>', 'its secret; TWILIO_API_SECRET of the environment where it is left out')
    .option('--small', 'for a small machine: only the server, coturn, the front and their certificate')
    .option('--cluster', 'two nodes of the server, with Redis and MongoDB between them')
    .option('--folder <path>', 'where compose.yaml is (./deploy, or this folder)')
    .option('--yes', 'ask nothing: what no option answers is as usual')
    .option('--force', 'write a deployment again that is there; its secrets are kept')
    .option('--new-secrets', 'with --force: make new secrets as well')
    .option('--skip-dns', 'do not ask whether the names lead to this machine')
    .option('--skip-ports', 'do not ask whether other programs have the ports')
    .addOption(languageOption())
    .helpOption('-h, --help', 'show this help')
    .addHelpText(
      'after',
      '\nIt ends with 0 when everything is written, 64 for bad arguments, 1 otherwise; then nothing was written.\n\nExample:\n  anypath init --domain rtc.example.com --email ops@example.com --yes',
    )
    .exitOverride(endWithUsage)
    .action(run);

/** What keeps a deployment from being written, in one line. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

async function run(options: InitOptions): Promise<void> {
  const words = INIT_WORDS[options.lang ?? languageOfSystem()];
  try {
    await init(options, words);
  } catch (error) {
    if (error instanceof Cancelled) {
      console.error(words.notSaved);
      process.exit(INTERRUPTED);
    }
    if (error instanceof WrongAnswer) {
      refuse(
        `${OPTION_OF[error.question]}: ${JSON.stringify(error.given)}: ${words.wrong[error.question]}`,
        BAD_ARGUMENTS,
      );
    }
    if (error instanceof Refusal) refuse(error.message, error.status);
    throw error;
  }
}

function refuse(sentence: string, status: number): never {
  console.error(`anypath init: ${sentence}.`);
  process.exit(status);
}

async function init(options: InitOptions, words: InitWords): Promise<void> {
  if (options.small && options.cluster) throw new Refusal(words.smallCluster, BAD_ARGUMENTS);
  const folder = folderOf(options, words);
  refuseSecondTime(folder, options, words);
  const answers = await answersOf(options, words);
  if (!options.skipPorts) await refuseTakenPorts(words);
  const placement = await placed(answers, options, words);
  const kept = options.force && !options.newSecrets ? readSecrets(folder) : {};
  const files = plannedFiles({
    answers,
    placement,
    secrets: { ...makeSecrets(), ...kept },
    owner: ownerOfFiles(),
    small: options.small === true,
    cluster: options.cluster === true,
  });
  try {
    writeDeployment(folder, files, isRoot() ? CONTAINER_OWNER : undefined);
  } catch (error) {
    throw new Refusal(words.notWritten((error as Error).message));
  }
  const rows = files.map(({ path, topic }) => `  ${path.padEnd(26)} ${words.files[topic]}`);
  const isKept = Object.keys(kept).length > 0;
  console.log(`\n${folder}\n${rows.join('\n')}\n\n${isKept ? words.secretsAreKept : words.secretsAreNew}`);
  console.log(
    `\n${words.next}\n  cd ${folder} && ${words.nextUp}\n${words.nextDoctor}\n  anypath doctor https://${answers.domain}`,
  );
}

const isRoot = (): boolean => process.getuid?.() === 0;

/** Containers must not run as root, who may not be the owner for that reason. */
const ownerOfFiles = (): Owner =>
  isRoot() ? CONTAINER_OWNER : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

function folderOf({ folder }: InitOptions, words: InitWords): string {
  const candidates = folder === undefined ? ['deploy', '.'] : [folder];
  const found = candidates.map((path) => resolve(path)).find((path) => existsSync(join(path, 'compose.yaml')));
  if (found === undefined) throw new Refusal(words.noComposeFile(resolve(folder ?? '.')), BAD_ARGUMENTS);
  return found;
}

function refuseSecondTime(folder: string, { force }: InitOptions, words: InitWords): void {
  const there = ['.env', 'secrets'].map((path) => join(folder, path)).filter((path) => existsSync(path));
  if (there.length > 0 && !force) throw new Refusal(words.filesExist(there));
}

function answersOf(options: InitOptions, words: InitWords): Promise<Answers> {
  const { domain, turnDomain, email, adminWallets, twilioAccountSid: accountSid, twilioApiKey: apiKey } = options;
  const apiSecret = options.twilioApiSecret ?? process.env['TWILIO_API_SECRET'];
  const given: GivenAnswers = Object.fromEntries(
    Object.entries({ domain, turnDomain, email, adminWallets, accountSid, apiKey, apiSecret }).filter(
      ([, answer]) => answer !== undefined,
    ),
  );
  if (options.yes) {
    if (domain === undefined) throw new Refusal(words.needsDomain, BAD_ARGUMENTS);
    return givenAnswers(given);
  }
  if (!process.stdin.isTTY) throw new Refusal(words.needsTerminal, BAD_ARGUMENTS);
  return askedAnswers(given, words);
}

async function refuseTakenPorts(words: InitWords): Promise<void> {
  const taken = await takenPorts(SERVED_PORTS);
  if (taken.length === 0) return;
  throw new Refusal(words.portsTaken(taken.map(({ port, transport }) => `${transport.toUpperCase()} ${port}`)));
}

async function placed({ domain, turnDomain }: Answers, { skipDns }: InitOptions, words: InitWords): Promise<Placement> {
  const [web, turn] = skipDns ? [[], []] : await Promise.all([addressesOf(domain), addressesOf(turnDomain)]);
  if (!skipDns && web.length === 0) throw new Refusal(words.unresolved(domain));
  if (!skipDns && turn.length === 0) throw new Refusal(words.unresolved(turnDomain));
  const known = await surroundings(turn);
  const placement = placementOf(known);
  if (placement === undefined) throw new Refusal(words.noAddress);
  if (!skipDns && !web.some((address) => known.own.includes(address) || turn.includes(address))) {
    console.log(words.elsewhere(domain, web));
  }
  for (const { publicAddress, privateAddress } of placement.external) {
    console.log(words.behindNat(turnDomain, publicAddress, privateAddress));
  }
  return placement;
}
