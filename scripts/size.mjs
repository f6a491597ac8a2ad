/**
 * `node scripts/size.mjs`: fails where the SDK is over its budget. Bundled from its public entry as an application would do it, without
 * the Socket.IO client, with the emitter that comes with it, and the cryptography libraries. What is loaded later, by `import()`, is shown
 * and does not count: signing in, connecting and sending a message wait for none of it.
 */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'rolldown';
import { ROOT } from './setup.mjs';

/** Bytes after gzip (DESIGN, "Numbers to design for"). */
const BUDGET = 20_000;
/** What it weighs now: over the budget, and not to grow. Lower it with every saving, until it is the budget. */
const CEILING = 32_700;
const LEFT_OUT = [/^socket\.io-client/, /^@socket\.io\/component-emitter/, /^@hpke\//, /^@noble\//];

const { output } = await build({
  input: join(ROOT, 'packages/client/src/index.ts'),
  external: LEFT_OUT,
  platform: 'browser',
  resolve: { conditionNames: ['source', 'import', 'browser', 'default'] },
  output: { minify: true },
  // The SDK is no entry of its own in an application: what its chunks share stays with it.
  preserveEntrySignatures: 'allow-extension',
  write: false,
});
const chunks = output.filter((file) => file.type === 'chunk');
const entry = chunks.find(({ isEntry }) => isEntry);
if (!entry) throw new Error('the bundler wrote no entry');

/** The entry, and what it imports without waiting. @type {Set<string>} */
const atOnce = new Set();
/** @param {string} fileName */
const follow = (fileName) => {
  const chunk = chunks.find((candidate) => candidate.fileName === fileName);
  if (!chunk || atOnce.has(fileName)) return;
  atOnce.add(fileName);
  for (const imported of chunk.imports) follow(imported);
};
follow(entry.fileName);

/** @param {string} code */
const gzipped = (code) => gzipSync(code, { level: 9 }).byteLength;
/** @param {number} bytes */
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const total = chunks.filter(({ fileName }) => atOnce.has(fileName)).reduce((sum, { code }) => sum + gzipped(code), 0);
console.log(`the SDK at once: ${kB(total)} gzip, of ${kB(BUDGET)}`);
for (const { fileName, name, code } of chunks) {
  if (!atOnce.has(fileName)) console.log(`later: ${name}, ${kB(gzipped(code))}`);
}

if (process.argv.includes('--modules')) {
  for (const { fileName, modules } of chunks) {
    if (!atOnce.has(fileName)) continue;
    const rows = Object.entries(modules).sort(([, a], [, b]) => b.renderedLength - a.renderedLength);
    for (const [id, { renderedLength }] of rows) console.log(String(renderedLength).padStart(7), id.replace(ROOT, ''));
  }
}
if (total > BUDGET) console.warn(`${kB(total - BUDGET)} over the budget; \`--modules\` shows what is in it`);
if (total > CEILING) {
  console.error(`The SDK has grown beyond ${kB(CEILING)}: save elsewhere, or load it later, by \`import()\`.`);
  process.exitCode = 1;
}
