import { findExecutable } from '@anypath/server';

/**
 * Finds a browser on this machine.
 *
 * @param variable environment variable that names it, before all else
 * @param names its file names on the PATH, the likeliest first
 */
export function findBrowser(variable: string, names: readonly string[]): string | undefined {
  const named = process.env[variable];
  if (named) return named;
  return names.map((name) => findExecutable(name)).find((file) => file !== undefined);
}
