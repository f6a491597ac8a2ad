import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const MIN_NODE = [20, 19];

/**
 * Runs a command with the terminal of this process.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string }} [options]
 * @returns {boolean} whether it succeeded
 */
export function run(command, args, { env = {}, cwd = ROOT } = {}) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

const PARENT_CHECK_MS = 200;

/**
 * Ends this process in order when its parent is gone. npm passes a signal to the shell between us, which ends without
 * passing it on; a new parent is all that we see of it.
 */
export function endWithParent() {
  const parent = process.ppid;
  const watch = () => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  };
  const timer = setInterval(watch, PARENT_CHECK_MS).unref();
}

const npmScript = process.env['npm_execpath'];

/**
 * Runs npm: the one that runs us, by its script, because Windows starts no `npm.cmd` without a shell.
 *
 * @param {readonly string[]} args
 */
export const npm = (args) =>
  npmScript?.endsWith('.js') ? run(process.execPath, [npmScript, ...args]) : run('npm', args);

/**
 * Runs a command that a package of ours brings.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
export const tool = (command, args) => npm(['exec', '--offline', '--', command, ...args]);

/** Installs the packages of the lock file where they are missing or older than it. */
export function ensurePackages() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [needMajor = 0, needMinor = 0] = MIN_NODE;
  if (major < needMajor || (major === needMajor && minor < needMinor)) {
    throw new Error(`anypath needs Node ${MIN_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  }
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  const isCurrent =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
  if (isCurrent) return;
  console.log('Installing packages (npm ci) …');
  if (!npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])) throw new Error('npm ci failed; see above.');
}

/** Builds what is older than its source. */
export function build() {
  console.log('Building …');
  if (!npm(['run', '--silent', 'build'])) throw new Error('The build failed; see above.');
}

/** Builds the lab, which ships with nothing and is left out of `build`. */
export function buildLab() {
  if (!tool('tsc', ['--build', 'packages/lab'])) throw new Error('The lab does not build; see above.');
}

/** Builds the benchmarks, and the lab with them. */
export function buildBench() {
  if (!tool('tsc', ['--build', 'bench'])) throw new Error('The benchmarks do not build; see above.');
}

/**
 * A program that tests drive, the commands by which it may be found, and the Debian package that brings it.
 *
 * @typedef {{ name: string, commands: readonly string[], debian: string }} Program
 */

/** @type {readonly Program[]} */
export const PROGRAMS = [
  { name: 'coturn', commands: ['turnserver'], debian: 'coturn' },
  { name: 'chromium', commands: ['chromium', 'chromium-browser', 'google-chrome'], debian: 'chromium' },
  { name: 'firefox', commands: ['firefox-esr', 'firefox'], debian: 'firefox-esr' },
  { name: 'iproute2', commands: ['ip'], debian: 'iproute2' },
  { name: 'nftables', commands: ['nft'], debian: 'nftables' },
  { name: 'conntrack', commands: ['conntrack'], debian: 'conntrack' },
  { name: 'openssl', commands: ['openssl'], debian: 'openssl' },
  { name: 'haproxy', commands: ['haproxy'], debian: 'haproxy' },
  { name: 'squid', commands: ['squid'], debian: 'squid-openssl' },
  { name: 'certutil', commands: ['certutil'], debian: 'libnss3-tools' },
  { name: 'redis', commands: ['redis-server', 'valkey-server'], debian: 'redis-server' },
  { name: 'socat', commands: ['socat'], debian: 'socat' },
  { name: 'shellcheck', commands: ['shellcheck'], debian: 'shellcheck' },
  { name: 'debootstrap', commands: ['debootstrap'], debian: 'debootstrap' },
  { name: 'prometheus', commands: ['promtool'], debian: 'prometheus' },
];

/**
 * @param {string} command
 * @returns {string | undefined} its path
 */
export function findCommand(command) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file));
}

/** Where a package manager names a package otherwise than Debian; an empty name is what it does not have. */
const OTHER_NAMES = {
  dnf: {
    iproute2: 'iproute',
    conntrack: 'conntrack-tools',
    'squid-openssl': 'squid',
    'libnss3-tools': 'nss-tools',
    'firefox-esr': 'firefox',
    'redis-server': 'redis',
  },
  pacman: {
    conntrack: 'conntrack-tools',
    'squid-openssl': 'squid',
    'libnss3-tools': 'nss',
    'firefox-esr': 'firefox',
    'redis-server': 'valkey',
  },
  brew: {
    iproute2: '',
    nftables: '',
    conntrack: '',
    haproxy: '',
    'squid-openssl': '',
    'libnss3-tools': '',
    socat: '',
    openssl: '',
    'firefox-esr': 'firefox',
    'redis-server': 'redis',
  },
};

const INSTALL = { dnf: 'sudo dnf install', pacman: 'sudo pacman -S', brew: 'brew install' };

/**
 * The command for the package manager that is here. Networks are Linux's alone, so elsewhere only browsers and coturn count.
 *
 * @param {readonly Program[]} missing
 */
function installCommand(missing) {
  const managers = /** @type {const} */ (['dnf', 'pacman', 'brew']);
  const manager = managers.find((name) => findCommand(name));
  if (!manager) return `(your package manager) ${missing.map(({ name }) => name).join(' ')}`;
  /** @type {Record<string, string>} */
  const names = OTHER_NAMES[manager];
  const packages = missing.map(({ debian }) => names[debian] ?? debian).filter(Boolean);
  return `${INSTALL[manager]} ${packages.join(' ')}`;
}

/** @param {Program} program */
const isMissing = (program) => program.commands.every((command) => findCommand(command) === undefined);

/**
 * Installs the programs that tests drive, where this is root on Debian or Ubuntu; elsewhere says how.
 *
 * @returns {readonly Program[]} those that are still missing
 */
export function ensurePrograms() {
  const missing = PROGRAMS.filter(isMissing);
  if (missing.length === 0) return [];
  const command = `apt-get install -y --no-install-recommends ${missing.map(({ debian }) => debian).join(' ')}`;
  if (isDebian() && process.getuid?.() === 0) {
    console.log(`Installing programs (${command}) …`);
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update', '-qq'], { env });
    run('sh', ['-c', withoutServices(command)], { env });
  } else {
    console.log(
      `Programs are missing. Install them with:\n  ${isDebian() ? `sudo ${command}` : installCommand(missing)}`,
    );
  }
  return PROGRAMS.filter(isMissing);
}

/**
 * Some of the packages start a service when they are installed; a policy for as long as that takes keeps them from it.
 *
 * @param {string} command
 */
const withoutServices = (command) => `
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\\nexit 101\\n' > $policy
  chmod +x $policy
  trap 'rm -f $policy' EXIT
fi
${command} >/dev/null
`;

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
