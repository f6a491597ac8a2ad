import { ArgumentError, DOCTOR_LANGUAGES, type DoctorLanguage, doctorLanguage } from '@anypath/doctor';
import { ConfigError } from '@anypath/server';
import { type CommanderError, InvalidArgumentError, Option } from 'commander';

/** `EX_USAGE` of sysexits.h: the command was used wrongly. */
const BAD_ARGUMENTS = 64;

/** For commander's `exitOverride`: what it refuses ends with 64, and help with 0. */
export function endWithUsage({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : BAD_ARGUMENTS);
}

/** Ends the process with one line about what was refused. */
export function refuse(command: string, sentence: string): never {
  console.error(`${command}: ${sentence}`);
  process.exit(BAD_ARGUMENTS);
}

/**
 * What arguments mean; ends the process where they mean nothing.
 *
 * @param command its name, such as `anypath doctor`
 * @param make throws ArgumentError or ConfigError where something is wrong with them
 */
export function orRefused<T>(command: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ArgumentError || error instanceof ConfigError) return refuse(command, error.message);
    throw error;
  }
}

/** For an option that may be repeated. */
export const collected = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** A whole number from 1 on. */
export function countOf(text: string): number {
  const count = Number(text);
  if (/^\d{1,15}$/.test(text) && count >= 1) return count;
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}

/** A port. */
export function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('It is a port from 1 to 65535.');
}

/** Ports, comma-separated. */
export const portsOf = (text: string): number[] => text.split(',').map(portOf);

/** `--lang`, for commands that speak more than one language. */
export const languageOption = (): Option =>
  new Option('--lang <code>', 'language of the report; that of the system where it is left out').choices(
    DOCTOR_LANGUAGES,
  );

/** The language of the terminal, as far as there are words in it. */
export function languageOfSystem(): DoctorLanguage {
  const { env } = process;
  const named = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].filter((name) => name !== undefined && name !== '');
  return doctorLanguage(
    [...named.slice(0, 1), Intl.DateTimeFormat().resolvedOptions().locale].filter((name) => name !== undefined),
  );
}

/** Writes to the standard output and waits until it is out, so that the process may end. */
export const written = (text: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(text, () => resolve()));
