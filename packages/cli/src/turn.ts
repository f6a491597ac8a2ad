import { Command } from 'commander';
import { turnAttackCommand } from './turn-attack.ts';
import { turnConfigCommand } from './turn-config.ts';

/** `anypath turn`: a coturn of one's own. */
export const turnCommand = (): Command =>
  new Command('turn')
    .description('A TURN server of your own: its configuration, and whether it can be abused.')
    .helpOption('-h, --help', 'show this help')
    .addCommand(turnConfigCommand())
    .addCommand(turnAttackCommand());
