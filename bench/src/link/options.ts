import { InvalidArgumentError } from 'commander';
import type { LinkOptions } from './link.ts';
import { DEFAULT_PARTS } from './plan.ts';
import { LINK_SUBJECTS, type SubjectName } from './subjects.ts';

/** What the command line says. */
export interface LinkFlags {
  readonly trials: number;
  readonly others: number;
  readonly only?: readonly string[];
  readonly subject?: readonly SubjectName[];
  readonly quick?: true;
  readonly media: boolean;
  readonly traces?: true;
}

const GIVE_UP_MS = 20_000;
const QUICK = { trials: 3, others: 1 };

/** Fills in what the command line leaves out. */
export function linkOptions({
  trials,
  others,
  only = DEFAULT_PARTS,
  subject = LINK_SUBJECTS,
  quick,
  media,
  traces,
}: LinkFlags): LinkOptions {
  return { trials, others, ...(quick && QUICK), only, subjects: subject, media, traces, giveUpMs: GIVE_UP_MS };
}

/**
 * Reads names from the command line, with commas between them.
 *
 * @returns a parser that throws InvalidArgumentError for a name that there is not
 */
export function oneOf<Name extends string>(names: readonly Name[]): (text: string) => Name[] {
  return (text) =>
    text.split(',').map((part) => {
      const name = names.find((one) => one === part.trim());
      if (name === undefined) throw new InvalidArgumentError(`There are ${names.join(', ')}.`);
      return name;
    });
}
