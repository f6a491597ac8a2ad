/**
 * `node scripts/ferretdb.mjs`: builds the MongoDB-protocol server that tests use where there is no MongoDB, once, into the cache of this
 * user. Where another process builds it, it waits for that.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { findCommand, ROOT } from './setup.mjs';

/** The version is that of `tools/ferretdb/go.mod`, and in the name of the file. */
const VERSION = '1.24.2';
const MODULE = join(ROOT, 'tools', 'ferretdb');
const MIN_GO = [1, 24];

const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'anypath');
/** Where it is once it was built; `mongo-server.ts` of the tests names it too. The last number is that of `main.go`. */
export const FERRETDB = join(cache, `ferretdb-${VERSION}-1`);

/** Why it cannot be built here; `undefined` where it can, or is there. */
export function ferretdbObstacle() {
  if (existsSync(FERRETDB)) return undefined;
  const go = findCommand('go');
  if (!go) return `Go ${MIN_GO.join('.')} or newer is not installed (https://go.dev/dl)`;
  const { stdout } = spawnSync(go, ['env', 'GOVERSION'], {
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  });
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(stdout) ?? [];
  const [needMajor = 0, needMinor = 0] = MIN_GO;
  const isNew = Number(major) > needMajor || (Number(major) === needMajor && Number(minor) >= needMinor);
  return isNew ? undefined : `Go ${MIN_GO.join('.')} or newer is needed; this is ${stdout.trim() || 'none that runs'}`;
}

/** Whether tests have a server without it. */
export const hasMongo = () => Boolean(process.env['MONGO_URL']) || findCommand('mongod') !== undefined;

/**
 * Builds it where it is missing.
 *
 * @returns {Promise<string | undefined>} why it is not there; `undefined` where it is
 */
export async function ensureFerretdb() {
  const obstacle = ferretdbObstacle();
  if (obstacle !== undefined || existsSync(FERRETDB)) return obstacle;
  mkdirSync(cache, { recursive: true });
  const lock = `${FERRETDB}.building`;
  while (isHeld(lock)) await delay(500);
  if (existsSync(FERRETDB)) return undefined;
  writeFileSync(lock, String(process.pid));
  try {
    return built();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock holds the id of the process that builds */
function isHeld(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}

/** In a folder of its own, because the build completes go.mod, and the one in the tree stays as it is. */
function built() {
  console.log(`Building FerretDB ${VERSION}, the MongoDB-protocol server of the tests (once, some minutes) …`);
  const folder = mkdtempSync(join(cache, 'build-'));
  try {
    for (const file of ['go.mod', 'go.sum', 'main.go']) copyFileSync(join(MODULE, file), join(folder, file));
    const { status, stderr } = spawnSync('go', ['build', '-mod=mod', '-trimpath', '-o', 'ferretdb', '.'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, CGO_ENABLED: '0' },
    });
    if (status !== 0) return `go build failed: ${stderr.trim().split('\n').at(-1)}`;
    renameSync(join(folder, 'ferretdb'), FERRETDB);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const obstacle = hasMongo() ? undefined : await ensureFerretdb();
  if (obstacle !== undefined) {
    console.log(`missing: a MongoDB-protocol server for tests: ${obstacle}; or set MONGO_URL, or install mongod`);
    process.exitCode = 1;
  }
}
