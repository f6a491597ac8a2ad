import { isWallet } from '@anypath/protocol';
import { FLAGS, type Flag, type FlagDocument, isFlag, openStore, readConfig, type Store } from '@anypath/server';
import { Argument, Command, InvalidArgumentError } from 'commander';

interface Common {
  readonly dataDir?: string;
}
interface ListOptions extends Common {
  readonly json?: true;
}
interface SetOptions extends Common {
  readonly percent?: number;
  readonly wallet?: string;
}

/** `anypath flags`: features are switched while the server runs; it sees a change within a second. */
export function flagsCommand(): Command {
  const command = new Command('flags').description('Switch features on and off while the server runs.');
  command
    .command('list', { isDefault: true })
    .description('Show every flag.')
    .option('--json', 'as JSON')
    .action((options: ListOptions) => inStore(options, (store) => list(store, options.json === true)));
  command
    .command('set')
    .description('Switch a flag, for everyone, for a share of the wallets, or for one wallet.')
    .addArgument(flagArgument())
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .option('--percent <number>', 'on for this share of the wallets, 0 to 100', percentOf)
    .option('--wallet <wallet>', 'for this wallet alone, whatever else holds', walletOf)
    .action((flag: Flag, state: 'on' | 'off', options: SetOptions) => set(flag, state === 'on', options, command));
  command
    .command('clear')
    .description('Forget what was set, so that the default holds again.')
    .addArgument(flagArgument())
    .option('--wallet <wallet>', 'only what was set for this wallet', walletOf)
    .action((flag: Flag, options: SetOptions) => inStore(options, (store) => clear(store, flag, options.wallet)));
  for (const each of command.commands) {
    each
      .option('--data-dir <folder>', 'where the server keeps its files (DATA_DIR), whatever STORE_URL says')
      .helpOption('-h, --help', 'show this help');
  }
  return command
    .helpOption('-h, --help', 'show this help')
    .addHelpText(
      'after',
      `\nFlags:\n${Object.entries(FLAGS)
        .map(([key, { doc }]) => `  ${key.padEnd(14)} ${doc}`)
        .join('\n')}`,
    )
    .addHelpText(
      'after',
      '\nThe flags are those of the servers with the same STORE_URL, or with the same DATA_DIR where it is not set.',
    )
    .addHelpText('after', '\nExample:\n  anypath flags set rtc.ice on --percent 20');
}

const flagArgument = () => new Argument('<flag>').argParser(flagOf);

function flagOf(text: string): Flag {
  if (isFlag(text)) return text;
  throw new InvalidArgumentError(`There is no such flag; there are ${Object.keys(FLAGS).join(', ')}.`);
}

function percentOf(text: string): number {
  const percent = Number(text);
  if (text.trim() !== '' && percent >= 0 && percent <= 100) return percent;
  throw new InvalidArgumentError('It is a number from 0 to 100.');
}

function walletOf(text: string): string {
  if (isWallet(text)) return text;
  throw new InvalidArgumentError('A wallet has 1 to 128 characters, no whitespace and no ":".');
}

/** Works on the store of a server, which may be running: that of STORE_URL, or the files in DATA_DIR. */
async function inStore(options: Common, act: (store: Store) => Promise<void>): Promise<void> {
  const { env } = process;
  try {
    const store = await openStore(
      readConfig(
        options.dataDir === undefined ? env : { ...env, DATA_DIR: options.dataDir, STORE_URL: '', BUS_URL: '' },
      ),
    );
    try {
      await act(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    console.error(`anypath flags: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

async function stored(store: Store, key: Flag): Promise<FlagDocument> {
  const known = (await store.flags()).find((flag) => flag.key === key);
  return known ?? { key, enabled: FLAGS[key].enabled, percent: 100, wallets: {} };
}

async function set(flag: Flag, enabled: boolean, options: SetOptions, command: Command): Promise<void> {
  const { percent, wallet } = options;
  if (percent !== undefined && (wallet !== undefined || !enabled)) {
    command.error('error: --percent goes with "on", and not with --wallet');
  }
  await inStore(options, async (store) => {
    const before = await stored(store, flag);
    if (wallet === undefined) await store.setFlag({ ...before, enabled, percent: percent ?? 100 });
    else await store.setFlag({ ...before, wallets: { ...before.wallets, [wallet]: enabled } });
    console.log(sentenceOf(await stored(store, flag)));
  });
}

async function clear(store: Store, flag: Flag, wallet: string | undefined): Promise<void> {
  if (wallet === undefined) await store.removeFlag(flag);
  else {
    const before = await stored(store, flag);
    const { [wallet]: _, ...wallets } = before.wallets;
    await store.setFlag({ ...before, wallets });
  }
  console.log(sentenceOf(await stored(store, flag)));
}

async function list(store: Store, asJson: boolean): Promise<void> {
  const flags = await Promise.all((Object.keys(FLAGS) as Flag[]).map((key) => stored(store, key)));
  console.log(asJson ? JSON.stringify(flags, undefined, 2) : flags.map(sentenceOf).join('\n'));
}

function sentenceOf({ key, enabled, percent, wallets }: FlagDocument): string {
  const state = !enabled ? 'off' : percent < 100 ? `on for ${percent} % of the wallets` : 'on';
  const named = Object.entries(wallets).map(([wallet, isOn]) => `${wallet}: ${isOn ? 'on' : 'off'}`);
  return `${key.padEnd(14)} ${[state, ...named].join(', ')}`;
}
