import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Finds a program on the PATH.
 *
 * @param name its file name
 * @returns its path, or `undefined`
 */
export function findExecutable(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** How coturn is installed with the package manager that is here. */
export function installCommand(): string {
  const managers = [
    ['apt-get', 'apt-get install coturn'],
    ['dnf', 'dnf install coturn'],
    ['brew', 'brew install coturn'],
  ] as const;
  const found = managers.find(([manager]) => findExecutable(manager));
  return found ? found[1] : 'see https://github.com/coturn/coturn';
}
