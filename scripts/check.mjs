/** `npm run check`: every check that needs no network and no browser. Stops at the first that fails. */
import { npm, run, tool } from './setup.mjs';

/** @type {readonly [string, () => boolean][]} */
const checks = [
  ['format and lint', () => tool('biome', ['check', '--error-on-warnings', '.'])],
  ['types', () => tool('tsc', ['--build'])],
  [
    'import direction',
    () =>
      tool('depcruise', [
        '--config',
        '.dependency-cruiser.cjs',
        '--output-type',
        'err',
        'packages',
        'apps',
        'bench',
        'faults',
        'scripts',
      ]),
  ],
  ['dead code', () => tool('knip', ['--no-progress'])],
  ['every rule has its test', () => run('node', ['scripts/rules.mjs'])],
  ['docs are current', () => run('node', ['scripts/docs.mjs', '--check'])],
  ['the API report is current', () => run('node', ['scripts/api.mjs', '--check'])],
  ['examples of the docs', () => run('node', ['scripts/doc-examples.mjs'])],
  ['size of the SDK', () => run('node', ['scripts/size.mjs'])],
  ['unit tests', () => npm(['run', '--silent', 'unit'])],
];

const startedMs = performance.now();
for (const [name, check] of checks) {
  console.log(`— ${name}`);
  if (!check()) {
    console.error(`check failed: ${name}`);
    process.exit(1);
  }
}
console.log(`check passed in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
