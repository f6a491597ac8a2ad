/**
 * `node scripts/size.mjs`: fails where the SDK is over its budget. Bundled from its public entry as an application would do it, without
 * the Socket.IO client, with the emitter that comes with it, and the cryptography libraries. What is loaded later, by `import()`, is shown
 * and does not count: signing in, connecting and sending a message wait for none of it.
 *
 * What is loaded at once is weighed as one file, as Rollup and webpack leave it. rolldown by itself cuts off what later parts import
 * too: that is shown beside it.
 */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'rolldown';
import { ROOT } from './setup.mjs';

/** Bytes after gzip (DESIGN, "Numbers to design for"). */
const BUDGET = 20_000;
/** What it weighs now: over the budget, and not to grow. Lower it with every saving, until it is the budget. */
const CEILING = 30_800;
const LEFT_OUT = [/^socket\.io-client/, /^@socket\.io\/component-emitter/, /^@hpke\//, /^@noble\//];

/** @typedef {import('rolldown').OutputChunk} Chunk */

/**
 * Bundles the SDK.
 *
 * @param {readonly string[]} together modules that stay in one file
 * @returns {Promise<{ atOnce: Chunk[], later: Chunk[] }>} the entry with what it imports without waiting, and the rest
 */
async function bundled(together) {
  const { output } = await build({
    input: join(ROOT, 'packages/client/src/index.ts'),
    external: LEFT_OUT,
    platform: 'browser',
    resolve: { conditionNames: ['source', 'import', 'browser', 'default'] },
    output: {
      minify: true,
      // As Vite does for an application: nobody shakes its bundle again.
      comments: { annotation: false },
      ...(together.length > 0 && { codeSplitting: { groups: [{ name: 'sdk', test: (id) => together.includes(id) }] } }),
    },
    // The SDK is no entry of its own in an application: what its chunks share stays with it.
    preserveEntrySignatures: 'allow-extension',
    write: false,
  });
  const chunks = output.filter((file) => file.type === 'chunk');
  const entry = chunks.find(({ isEntry }) => isEntry);
  if (!entry) throw new Error('the bundler wrote no entry');
  /** @type {Set<string>} */
  const names = new Set();
  /** @param {string} fileName */
  const follow = (fileName) => {
    const chunk = chunks.find((candidate) => candidate.fileName === fileName);
    if (!chunk || names.has(fileName)) return;
    names.add(fileName);
    for (const imported of chunk.imports) follow(imported);
  };
  follow(entry.fileName);
  const isAtOnce = (/** @type {Chunk} */ { fileName }) => names.has(fileName);
  return { atOnce: chunks.filter(isAtOnce), later: chunks.filter((chunk) => !isAtOnce(chunk)) };
}

/** @param {string} code */
const gzipped = (code) => gzipSync(code, { level: 9 }).byteLength;
/** @param {number} bytes */
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
/** @param {readonly Chunk[]} chunks */
const weightOf = (chunks) => chunks.reduce((sum, { code }) => sum + gzipped(code), 0);

const split = await bundled([]);
const { atOnce, later } = await bundled(split.atOnce.flatMap(({ moduleIds }) => moduleIds));
const total = weightOf(atOnce);
console.log(
  `the SDK at once: ${kB(total)} gzip, of ${kB(BUDGET)}; ${kB(weightOf(split.atOnce))} in ${split.atOnce.length} files`,
);
for (const { name, code } of later) console.log(`later: ${name}, ${kB(gzipped(code))}`);
console.log(`all together: ${kB(total + weightOf(later))}`);

if (process.argv.includes('--modules')) {
  const rows = atOnce.flatMap(({ modules }) => Object.entries(modules));
  rows.sort(([, a], [, b]) => b.renderedLength - a.renderedLength);
  for (const [id, { renderedLength }] of rows) console.log(String(renderedLength).padStart(7), id.replace(ROOT, ''));
}
if (total > BUDGET) console.warn(`${kB(total - BUDGET)} over the budget; \`--modules\` shows what is in it`);
if (total > CEILING) {
  console.error(`The SDK has grown beyond ${kB(CEILING)}: save elsewhere, or load it later, by \`import()\`.`);
  process.exitCode = 1;
}
