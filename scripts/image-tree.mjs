/**
 * `node scripts/image-tree.mjs FOLDER`: lays out what the image of the server holds: the built packages that `anypath` is made
 * of, the page, and the dependencies of those alone. `npm run build` comes first. `deploy/Dockerfile` copies FOLDER as it is.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ROOT } from './setup.mjs';

/** The command that the image runs. */
const COMMAND = 'anypath';
/** What a build leaves that no program reads. */
const NOT_RUN = /\.(d\.ts|map|tsbuildinfo|test\.js)$/;

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('image-tree: name the folder to write, such as /image');
  process.exit(64);
}
const target = resolve(folder);
if (existsSync(target) && readdirSync(target).length > 0) {
  console.error(`image-tree: ${target} is not empty`);
  process.exit(1);
}

/** @param {string} path */
const manifestOf = (path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
/** Folder of each workspace by its package's name. */
const workspaces = new Map(
  Object.entries(lock.packages)
    .filter(([path, { link }]) => path.startsWith('node_modules/') && link)
    .map(([path, { resolved }]) => [path.slice('node_modules/'.length), resolved]),
);

/**
 * A workspace and those that it needs at run time.
 *
 * @param {string} name
 * @param {Set<string>} found
 */
function needed(name, found = new Set()) {
  const path = workspaces.get(name);
  if (path === undefined || found.has(path)) return found;
  found.add(path);
  for (const other of Object.keys(manifestOf(join(ROOT, path)).dependencies ?? {})) needed(other, found);
  return found;
}

/**
 * A manifest without what only development needs: npm would install some of that with the rest, through optional peers.
 *
 * @param {Record<string, unknown>} manifest
 */
const shipped = ({ devDependencies: _, ...manifest }) => manifest;

/**
 * @param {string} path inside the folder
 * @param {unknown} content
 */
function writeJson(path, content) {
  mkdirSync(dirname(join(target, path)), { recursive: true });
  writeFileSync(join(target, path), `${JSON.stringify(content, undefined, 2)}\n`);
}

const kept = [...needed(COMMAND)];
const isDropped = (/** @type {string} */ path) =>
  [...workspaces].some(
    ([name, folder]) => !kept.includes(folder) && (path === folder || path === `node_modules/${name}`),
  );
const packages = Object.entries(lock.packages)
  .filter(([path]) => !isDropped(path))
  .map(([path, entry]) => [path, path === '' ? { ...shipped(entry), workspaces: kept } : shipped(entry)]);
writeJson('package.json', { ...shipped(manifestOf(ROOT)), workspaces: kept });
writeJson('package-lock.json', { ...lock, packages: Object.fromEntries(packages) });
for (const file of ['.npmrc', 'LICENSE']) cpSync(join(ROOT, file), join(target, file));
cpSync(join(ROOT, 'deploy/healthy.mjs'), join(target, 'healthy.mjs'));
for (const path of kept) {
  const built = join(ROOT, path, 'dist');
  if (!existsSync(built)) throw new Error(`${path} is not built; run npm run build first.`);
  writeJson(join(path, 'package.json'), shipped(manifestOf(join(ROOT, path))));
  cpSync(built, join(target, path, 'dist'), { recursive: true, filter: (file) => !NOT_RUN.test(file) });
}

const { status } = spawnSync(
  'npm',
  ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
  { cwd: target, stdio: 'inherit' },
);
if (status !== 0) process.exit(1);
console.log(`${target} holds ${kept.join(', ')}`);
