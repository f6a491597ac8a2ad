import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './setup.mjs';

/**
 * Makes the machine's folders writable for a root that is root in its own namespaces alone: what the lab keeps in them
 * goes with the namespaces.
 */
const PREPARE = `
set -e
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
mkdir /run/etc /run/tmp
cp -a /etc/. /run/etc/ 2>/dev/null || true
mount --bind /run/etc /etc
export TMPDIR=/run/tmp
exec "$0" "$@"
`;

const UNSHARE = ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/**
 * Runs a command that makes networks: as it is for root, in a user namespace for others where the kernel allows one,
 * and as it is elsewhere, where it will say what it lacks. A signal to this process ends it too, and what it made.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runAsNamespaceRoot(command, args) {
  const isWrapped = process.platform === 'linux' && process.getuid?.() !== 0 && canUnshare();
  if (isWrapped) console.log('In a user namespace, as its root.');
  const [program, line] = isWrapped ? ['unshare', wrapped([command, ...args])] : [command, args];
  const child = spawn(program, line, { cwd: ROOT, stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    // unshare passes no signal on, but its end is the end of the namespace and of all that is in it.
    process.on(signal, () => child.kill(isWrapped ? 'SIGKILL' : signal));
  }
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

/** @param {readonly string[]} line */
const wrapped = (line) => [...UNSHARE, 'sh', '-c', PREPARE, ...line];

const canUnshare = () => spawnSync('unshare', wrapped(['true'])).status === 0;
