/**
 * `node scripts/ferretdb.mjs`: builds the MongoDB-protocol server that tests use where there is no MongoDB, once, into the cache of this
 * user. Where another process builds it, it waits for that.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
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
/**
 * What is changed of FerretDB while it is built, so that tests with some thousand documents take seconds: as released, it looks for an
 * `_id` by another expression than that of its index, and reads and parses the whole collection for anything else. What is found is the same:
 * it goes through every condition again afterwards.
 *
 * @type {readonly { file: string, from: string, to: string }[]}
 */
const CHANGES = [
  {
    file: 'backends/sqlite/metadata/metadata.go',
    from: `IDColumn = DefaultColumn + "->'$._id'"`,
    to: 'IDColumn = DefaultColumn + `->"_id"`',
  },
  {
    file: 'handler/msg_find.go',
    from: 'if !h.EnableNestedPushdown && params.Filter != nil {',
    to: 'if false {',
  },
  {
    file: 'backends/sqlite/collection.go',
    from: `	q += whereClause
	q += prepareOrderByClause(params.Sort)`,
    to: `	if whereClause == "" {
		var conditions []string

		for _, key := range []string{"_id", "owner", "once"} {
			v, _ := params.Filter.Get(key)
			if s, ok := v.(string); ok {
				conditions = append(conditions, fmt.Sprintf("%s->%q = ?", metadata.DefaultColumn, key))
				args = append(args, string(must.NotFail(sjson.MarshalSingleValue(s))))
			}
		}

		for _, key := range []string{"goneMs", "waiting.dueMs", "waiting.sinceMs", "waiting.bytes"} {
			v, _ := params.Filter.Get(key)
			if d, ok := v.(*types.Document); ok {
				for operator, comparison := range map[string]string{"$lte": "<=", "$gt": ">", "$gte": ">="} {
					if n, _ := d.Get(operator); n != nil {
						path := strings.ReplaceAll(key, ".", "\\"->\\"")
						conditions = append(conditions, fmt.Sprintf("CAST(%s->\\"%s\\" AS REAL) %s ?", metadata.DefaultColumn, path, comparison))
						args = append(args, n)
					}
				}
			}
		}

		if len(conditions) > 0 {
			whereClause = " WHERE " + strings.Join(conditions, " AND ")
		}
	}

	q += whereClause
	q += prepareOrderByClause(params.Sort)`,
  },
];

/** Where it is once it was built; `mongo-server.ts` of the tests names it too. The last number grows with what is built around it. */
export const FERRETDB = join(cache, `ferretdb-${VERSION}-3`);

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
    const obstacle = change(folder);
    if (obstacle !== undefined) return obstacle;
    const args = ['build', '-mod=mod', '-trimpath', '-o', 'ferretdb', '.'];
    const { status, stderr } = spawnSync('go', args, {
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

/**
 * Has the module of a folder use a copy of FerretDB with its changes.
 *
 * @param {string} folder
 * @returns {string | undefined} why it cannot; `undefined` where it does
 */
function change(folder) {
  const options = { cwd: folder, encoding: /** @type {const} */ ('utf8') };
  const { status, stdout } = spawnSync('go', ['mod', 'download', '-json', 'github.com/FerretDB/FerretDB'], options);
  const downloaded = status === null || stdout === '' ? {} : JSON.parse(stdout);
  if (!downloaded.Dir) return `FerretDB cannot be downloaded: ${downloaded.Error ?? 'go mod download failed'}`;
  const source = join(folder, 'source');
  cpSync(downloaded.Dir, source, { recursive: true });
  // Modules are read-only where Go keeps them.
  spawnSync('chmod', ['-R', 'u+w', source]);
  for (const { file, from, to } of CHANGES) {
    const changed = join(source, 'internal', file);
    const text = readFileSync(changed, 'utf8');
    if (!text.includes(from)) return `${file} of FerretDB is not as it was when its change was written`;
    writeFileSync(
      changed,
      text.replace(from, () => to),
    );
  }
  spawnSync('go', ['mod', 'edit', '-replace=github.com/FerretDB/FerretDB=./source'], options);
  return undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const obstacle = hasMongo() ? undefined : await ensureFerretdb();
  if (obstacle !== undefined) {
    console.log(`missing: a MongoDB-protocol server for tests: ${obstacle}; or set MONGO_URL, or install mongod`);
    process.exitCode = 1;
  }
}
