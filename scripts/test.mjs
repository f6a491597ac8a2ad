/**
 * `npm test`: installs what the tests need and runs everything. With CI=true a skipped test fails the run.
 * The last line is `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRows } from './report.mjs';
import { build, ensurePackages, ensurePrograms, npm, ROOT, run } from './setup.mjs';

if (process.argv.includes('--help')) {
  console.log(
    'npm test\n  installs what is missing, then runs: check, integration, end to end, lab, Node versions.\n  CI=true makes a skipped test fail the run.',
  );
  process.exit(0);
}

const isCi = process.env['CI'] === 'true';
const folder = mkdtempSync(join(tmpdir(), 'anypath-test-'));
const rowsFile = join(folder, 'rows.jsonl');
process.env['TEST_ROWS'] = rowsFile;

/** @type {readonly [string, () => boolean][]} */
const parts = [
  ['check', () => npm(['run', '--silent', 'check'])],
  ['integration', integration],
  ['end to end', () => npm(['run', '--silent', 'e2e'])],
  ['lab', () => npm(['run', '--silent', 'lab-tests'])],
  ['Node versions', () => run('node', ['scripts/node-matrix.mjs'])],
];

function integration() {
  // Its build began at the start and is waited for. Without it some tests are skipped, each with its reason.
  run('node', ['scripts/ferretdb.mjs']);
  return npm(['run', '--silent', 'integration']);
}

/** @type {string[]} */
const failed = [];
try {
  ensurePackages();
  for (const { name, debian } of ensurePrograms()) console.log(`missing: ${name} (Debian package ${debian})`);
  // Some minutes the first time, beside everything that follows.
  spawn('node', ['scripts/ferretdb.mjs'], { cwd: ROOT, stdio: 'inherit' });
  build();
  for (const [name, part] of parts) {
    console.log(`\n== ${name}`);
    if (!part()) failed.push(name);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  failed.push('set-up');
}

const rows = readRows(rowsFile);
rmSync(folder, { recursive: true, force: true });
const skipped = rows.filter((row) => row.skipped !== undefined);
const broken = rows.filter((row) => !row.ok && row.skipped === undefined);
console.log('');
for (const row of broken) console.log(`failed: ${row.name}`);
for (const row of skipped) console.log(`skipped: ${row.name} (${row.skipped})`);
for (const name of failed) console.log(`failed part: ${name}`);
if (isCi && skipped.length > 0) console.log('CI=true: a skipped test counts as a failure');
const isOk = failed.length === 0 && broken.length === 0 && rows.length > 0 && !(isCi && skipped.length > 0);
// A part may fail without a failed test (a lint error, say): it counts as one, so that the last line tells the truth.
const failures = Math.max(broken.length, isOk ? 0 : 1);
console.log(`${rows.length - broken.length - skipped.length} passed, ${failures} failed, ${skipped.length} skipped`);
process.exitCode = isOk ? 0 : 1;
