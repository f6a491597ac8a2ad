import { Command } from 'commander';
import { doctorCommand } from './doctor.ts';
import { flagsCommand } from './flags.ts';
import { initCommand } from './init.ts';
import { serveCommand } from './serve.ts';
import { storeCommand } from './store.ts';
import { turnCommand } from './turn.ts';
import { VERSION } from './version.ts';

/** The command line: parses arguments, nothing else. */
export const program = (): Command =>
  new Command('anypath')
    .description('Connects two people from any network: WebRTC when both are online, a relay whenever it fails.')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .addCommand(serveCommand())
    .addCommand(initCommand())
    .addCommand(flagsCommand())
    .addCommand(storeCommand())
    .addCommand(doctorCommand())
    .addCommand(turnCommand());
