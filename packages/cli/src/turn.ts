import { Command } from 'commander';
import { turnConfigCommand } from './turn-config.ts';

/** `anypath turn`: a coturn of one's own. */
export const turnCommand = (): Command =>
  new Command('turn')
    .description('A TURN server of your own: its configuration.')
    .helpOption('-h, --help', 'show this help')
    .addCommand(turnConfigCommand());
