import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  type Config,
  ConfigError,
  createLog,
  describeConfig,
  readConfig,
  SETTINGS,
  startServer,
} from '@anypath/server';
import { Command } from 'commander';
import { VERSION } from './version.ts';

/** An orderly stop that takes longer than this is cut short. */
const STOP_WITHIN_MS = 9_000;

interface ServeOptions {
  readonly host?: string;
  readonly port?: string;
  readonly dataDir?: string;
  readonly printConfig?: true;
}

/** `anypath serve`. */
export const serveCommand = (): Command =>
  new Command('serve')
    .description('Run the server: ICE credentials, signalling, the live relay and the demo page.')
    .version(VERSION, '-v, --version', 'print the version')
    .option('--host <address>', 'address to listen on (HOST)')
    .option('--port <number>', 'port to listen on (PORT)')
    .option('--data-dir <folder>', 'where files are kept (DATA_DIR)')
    .option('--print-config', 'print the settings in force, secrets hidden, and exit')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', () => `\n${environmentHelp()}\n\nExample:\n  PORT=8080 anypath serve`)
    .action(serve);

/** Every environment variable: default, meaning, what it may hold. */
function environmentHelp(): string {
  const rows = Object.entries(SETTINGS).map(([name, { doc, may, fallback }]) => {
    return `  ${name}${fallback ? ` (default ${fallback})` : ''}\n      ${doc}\n      It may be ${may}.`;
  });
  return `Environment:\n${rows.join('\n')}`;
}

async function serve(options: ServeOptions): Promise<void> {
  const env = environmentOf(options);
  try {
    const config = readConfig(env);
    if (options.printConfig) console.log(describeConfig(env));
    else await run(config);
  } catch (error) {
    console.error(`anypath: ${sentenceOf(error)}`);
    process.exitCode = 1;
  }
}

/** An option of the command line wins over its variable. */
const environmentOf = ({ host, port, dataDir }: ServeOptions): NodeJS.ProcessEnv => ({
  ...process.env,
  ...(host === undefined ? {} : { HOST: host }),
  ...(port === undefined ? {} : { PORT: port }),
  ...(dataDir === undefined ? {} : { DATA_DIR: dataDir }),
});

async function run(config: Config): Promise<void> {
  const log = createLog(config);
  const webDir = builtPage();
  const say = (sentence: string) => console.log(sentence);
  if (!webDir) say('The demo page is not built; the API is served without it.');
  const server = await startServer(config, { log, version: VERSION, say, ...(webDir ? { webDir } : {}) });
  say(`listening on ${server.url}`);
  stopOnSignal(async () => {
    await server.close();
    say('stopped');
  });
}

/** The first signal stops in order; a second one, or the deadline, at once. */
function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(`anypath: ${sentenceOf(error)}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}

function builtPage(): string | undefined {
  const folder = join(dirname(createRequire(import.meta.url).resolve('@anypath/web/package.json')), 'dist');
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}

function sentenceOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { code, message, port } = error as { code?: string; message?: string; port?: number };
  if (code === 'EADDRINUSE') return `PORT ${port} is taken by another program; stop it, or set PORT to another number.`;
  if (code === 'EACCES') return `This user may not listen there (${message}); set PORT to 1024 or more.`;
  if (code === 'EADDRNOTAVAIL') return `HOST is not an address of this machine (${message}).`;
  return message ?? String(error);
}
