import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import { type Child, type Launched, launch, startChild } from './child.ts';

const ANYPATH = fileURLToPath(import.meta.resolve('anypath/dist/main.js'));
const JWT_SECRET = randomBytes(32).toString('hex');

/**
 * Starts the built server as operators run it, on a free port of loopback.
 *
 * @param folder where it keeps its files
 * @param env settings that differ
 */
export function startAnypath(folder: string, env: Record<string, string>): Promise<Child> {
  return startChild(ANYPATH, ['serve'], { ...settingsFor(folder), ...env });
}

/**
 * The same, for whoever wants to be there before it listens.
 *
 * @param told of every line that it prints, but for where it listens
 * @param wrapper a command that is given Node and its arguments, and becomes it
 */
export function launchAnypath(
  folder: string,
  env: Record<string, string>,
  told: (line: string) => void,
  wrapper?: readonly string[],
): Launched {
  return launch(ANYPATH, ['serve'], { ...settingsFor(folder), ...env }, told, wrapper);
}

const settingsFor = (folder: string): Record<string, string> => ({
  HOST: '127.0.0.1',
  PORT: '0',
  DATA_DIR: folder,
  JWT_SECRET,
  COTURN: 'off',
  LOG_LEVEL: 'error',
});

/** A token as a backend of the operator's own would issue it. */
export const tokenOf = (wallet: string): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(wallet)
    .setExpirationTime('2h')
    .sign(Buffer.from(JWT_SECRET));
