/** What is wrong with a name, if anything. */
export type NameProblem = 'empty' | 'too_long' | 'bad_character';

const MAX_LENGTH = 128;
const BAD_CHARACTER = /[\s:\p{Cc}\p{Cf}\p{Cs}]/u;

/** Checks a name before the server does, so that the answer is at once and in the person's language. */
export function nameProblem(name: string): NameProblem | undefined {
  if (name.length === 0) return 'empty';
  if (BAD_CHARACTER.test(name)) return 'bad_character';
  return [...name].length > MAX_LENGTH ? 'too_long' : undefined;
}
