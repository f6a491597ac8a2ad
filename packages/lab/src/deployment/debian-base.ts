import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from '../network/command.ts';

/** What an operator's machine has beside the smallest Debian, and coturn, so that the packages which it needs are there without a network. */
const PACKAGES = ['ca-certificates', 'coturn', 'iproute2', 'nftables', 'openssl', 'procps'];

/** Another number makes everybody's anew. */
const VERSION = 1;

/**
 * A Debian of the release that this runs on, made by debootstrap the first time (about 40 s, and it needs the mirror) and kept in the
 * user's cache.
 *
 * @returns its folder, which nothing may be written to
 * @throws Error with the words of the program that failed, where it cannot be made: without a mirror, or where nobody may make devices
 */
export async function debianBase(): Promise<string> {
  const release = /^VERSION_CODENAME=(.+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'anypath');
  const base = join(cache, `debian-${release}-${VERSION}`);
  if (existsSync(base)) return base;
  const making = `${base}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  try {
    const mirrors = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'], withPath);
    const [mirror = ''] = mirrors.split('\n');
    const include = `--include=${PACKAGES.join(',')}`;
    await run('debootstrap', ['--variant=minbase', include, release, making, mirror], withPath);
    // Whoever installs coturn later finds its package without a network.
    const shown = await run('chroot', [making, 'dpkg-query', '--show', 'coturn'], withPath);
    const [, version = ''] = shown.trim().split('\t');
    const archives = join(making, 'var/cache/apt/archives');
    await run('sh', ['-c', 'cd "$0" && apt-get download -qq "coturn=$1"', archives, version], withPath);
    renameSync(making, base);
    return base;
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
}

const withPath = { env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, LC_ALL: 'C' } };
