import { InvalidArgumentError } from 'commander';

/** Reads a count from the command line. @throws InvalidArgumentError for anything but a whole number from 1 on */
export function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}

/** Tells how it goes, a line each time. */
export const say = (line: string): void => console.log(line);
