/** `npm run faults -- NAME [options]`: breaks what anypath runs on, and counts what was lost. See `--help`. */
import { build, endWithParent, ensurePackages, ensurePrograms, run, tool } from './setup.mjs';

const args = process.argv.slice(2);
/** Redis, haproxy and a server of MongoDB's protocol are broken by this one. */
const needsCluster = args[0] === 'cluster' && !args.some((arg) => arg === '-h' || arg === '--help');

endWithParent();
ensurePackages();
if (needsCluster) {
  ensurePrograms();
  run('node', ['scripts/ferretdb.mjs']);
}
build();
if (!tool('tsc', ['--build', 'faults'])) throw new Error('The fault tests do not build; see above.');
process.exitCode = run(process.execPath, ['faults/dist/main.js', ...args]) ? 0 : 1;
