import { ConfigError, type Copied, copyStore, readConfig, SETTINGS } from '@anypath/server';
import { Command } from 'commander';
import { refuse } from './arguments.ts';

interface CopyOptions {
  readonly from?: string;
  readonly to?: string;
}

const NAME = 'anypath store copy';
const FROM = /^sqlite:(.+)$/;

/** `anypath store`: what the server keeps, moved from one store to another. */
export const storeCommand = (): Command =>
  new Command('store')
    .description('Move what the server keeps to another store.')
    .helpOption('-h, --help', 'show this help')
    .addCommand(copyCommand());

const copyCommand = (): Command =>
  new Command('copy')
    .description(
      'Copy everything from SQLite to an empty MongoDB: messages with their positions, contacts, devices, flags, secrets, ended sessions. No server may run on either side meanwhile. Broken off, it goes on where it was; at its end both sides are read and compared.',
    )
    .option('--from <store>', 'where it is now: sqlite:FOLDER (sqlite: and DATA_DIR)')
    .option('--to <url>', 'where it goes: mongodb://… (STORE_URL, which keeps a password off the list of processes)')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', '\nIt ends with 0 where everything is there, with 1 where it is not or something failed.')
    .addHelpText(
      'after',
      '\nExample:\n  STORE_URL=mongodb://db1,db2,db3/anypath?replicaSet=rs0 anypath store copy --from sqlite:/var/lib/anypath',
    )
    .action(copy);

async function copy(options: CopyOptions): Promise<void> {
  const { folder, url } = sidesOf(options);
  try {
    const copied = await copyStore({
      folder,
      url,
      progress: (kind, count) => console.log(`${LABELS[kind].padEnd(14)} ${count} copied`),
    });
    console.log(tableOf(copied));
    const isWhole = copied.every(({ isSame }) => isSame);
    console.log(isWhole ? WHOLE : NOT_WHOLE);
    process.exitCode = isWhole ? 0 : 1;
  } catch (error) {
    console.error(`${NAME}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

const WHOLE = '\nEverything is there. Set STORE_URL, and start the servers.';
const NOT_WHOLE =
  '\nThe two differ: something has written to one of them meanwhile. Drop the database and copy again; no server starts on it as it is.';

const LABELS: Readonly<Record<Copied['kind'], string>> = {
  flag: 'flags',
  secret: 'secrets',
  session: 'ended sessions',
  contact: 'contacts',
  wallet: 'wallets',
  mail: 'messages',
  memory: 'remembered',
};

/** A line for each kind: how many there are, and the hash of all of them, twice where the two sides differ. */
function tableOf(copied: readonly Copied[]): string {
  const lines = copied.map(({ kind, source, target, isSame }) => {
    const name = LABELS[kind].padEnd(14);
    const line = (side: string, { count, sha256 }: Copied['source']) =>
      `${name} ${String(count).padStart(8)}  sha256:${sha256}  ${side}`;
    return isSame ? line('same', source) : `${line('SQLite', source)}\n${line('MongoDB', target)}`;
  });
  return `\n${lines.join('\n')}`;
}

function sidesOf(options: CopyOptions): { folder: string; url: string } {
  const { DATA_DIR, STORE_URL } = settings(options.to);
  const from = options.from ?? `sqlite:${DATA_DIR}`;
  const [, folder] = FROM.exec(from) ?? [];
  if (folder === undefined) return refuse(NAME, '--from: it is sqlite: and a folder, such as sqlite:/var/lib/anypath.');
  if (STORE_URL === '') return refuse(NAME, `--to: it is missing; it may be ${SETTINGS.STORE_URL.may}.`);
  return { folder, url: STORE_URL };
}

/** The settings of the two stores; the others do not matter here, and are not looked at. */
function settings(to: string | undefined) {
  const { DATA_DIR, STORE_URL } = process.env;
  try {
    return readConfig({ DATA_DIR, STORE_URL: to ?? STORE_URL });
  } catch (error) {
    if (error instanceof ConfigError) return refuse(NAME, error.message);
    throw error;
  }
}
